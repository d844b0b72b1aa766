"""Certificates for the fault server: made by the openssl command in a scratch directory, good for nothing else."""

import os
import subprocess

CONFIG = """
[ca]
default_ca = here
[here]
database = {dir}/index
serial = {dir}/serial
new_certs_dir = {dir}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[here_names]
subjectAltName = DNS:localhost, DNS:both.test, IP:127.0.0.1, IP:::1
[other_names]
subjectAltName = DNS:elsewhere.invalid
"""

PAST, PRESENT, FUTURE = ("20000101000000Z", "20010101000000Z"), ("20200101000000Z", "20450101000000Z"), \
    ("20400101000000Z", "20410101000000Z")

# name: (signed by, section of names, valid from and until)
LEAVES = {
    "good": ("ca", "here_names", PRESENT),
    "wrong_host": ("ca", "other_names", PRESENT),
    "expired": ("ca", "here_names", PAST),
    "not_yet": ("ca", "here_names", FUTURE),
    "unknown_ca": ("stranger", "here_names", PRESENT),
}


class Authority:
    """Writes ca.pem and NAME.pem (certificate and key together) for every name of LEAVES and self_signed."""

    def __init__(self, directory):
        self.dir = directory
        self._write("config", CONFIG.format(dir=directory))
        self._write("index", "")
        self._write("serial", "1000\n")
        for root in ("ca", "stranger"):
            self._key(root)
            self._run("req", "-new", "-x509", "-key", self.path(root + ".key"), "-out", self.path(root + ".pem"),
                      "-subj", "/CN=Fault server " + root, "-days", "3650", "-extensions", "authority",
                      "-config", self.path("config"))
        for name, leaf in LEAVES.items():
            self._leaf(name, *leaf)
        self._key("self_signed")
        self._run("req", "-new", "-x509", "-key", self.path("self_signed.key"), "-out", self.path("self_signed.pem"),
                  "-subj", "/CN=localhost", "-days", "3650", "-extensions", "here_names",
                  "-config", self.path("config"))
        for name in list(LEAVES) + ["self_signed"]:
            with open(self.path(name + ".key")) as key, open(self.path(name + ".pem"), "a") as both:
                both.write(key.read())

    def path(self, name):
        return os.path.join(self.dir, name)

    def _leaf(self, name, root, names, validity):
        self._key(name)
        self._run("req", "-new", "-key", self.path(name + ".key"), "-out", self.path(name + ".csr"),
                  "-subj", "/CN=" + name, "-config", self.path("config"))
        self._run("ca", "-batch", "-notext", "-config", self.path("config"), "-extensions", names,
                  "-cert", self.path(root + ".pem"), "-keyfile", self.path(root + ".key"),
                  "-startdate", validity[0], "-enddate", validity[1],
                  "-in", self.path(name + ".csr"), "-out", self.path(name + ".pem"))

    def _key(self, name):
        self._run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path(name + ".key"))

    def _write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def _run(self, *arguments):
        done = subprocess.run(("openssl",) + arguments, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("openssl %s: %s" % (arguments[0], done.stderr))
