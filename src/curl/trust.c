#include "trust.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stddef.h>
#include <string.h>

/* OpenSSL's hashed directories hold files named by eight hexadecimal digits and ".0". */
static int is_hashed (const char *path) {
  DIR *dir = opendir(path);
  if (dir == NULL) return 0;
  int found = 0;
  for (struct dirent *e; !found && (e = readdir(dir)) != NULL;)
    found = strspn(e->d_name, "0123456789abcdef") == 8 && strcmp(e->d_name + 8, ".0") == 0;
  (void)closedir(dir);
  return found;
}

void tw_trust_system (const char **ca_file, const char **ca_path) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  *ca_file = v->cainfo;
  *ca_path = v->capath;
  if (*ca_path != NULL && is_hashed(*ca_path))
    *ca_file = NULL;
  else if (*ca_file != NULL)
    *ca_path = NULL;
}
