/* trust: which certificate authorities a pool believes. Knows libcurl's defaults and the file system. */
#ifndef TW_TRUST_H
#define TW_TRUST_H

/* What to hand libcurl as CAINFO and CAPATH when the user named neither (NULL: that source is off).
**
** Parsing the system's bundle costs 25 ms of CPU, and with a bundle and a directory both set, libcurl does it again for
** every connection. A directory hashed by OpenSSL is read one certificate at a time, as needed. So: that directory
** alone where there is one, else the bundle alone. */
void tw_trust_system (const char **ca_file, const char **ca_path);

#endif
