/* shim: preloaded into a child (LD_PRELOAD), makes the C library misbehave as the environment asks.
**
**   SHIM_DNS=none        no name exists
**   SHIM_DNS=hang        name resolution takes 20 seconds and fails
**   SHIM_DNS=both        every name is ::1, then 127.0.0.1
**   SHIM_SLOW=N          libcurl calls a transfer too slow N times as soon as it is told to
**   SHIM_OPENS=FILE      another thread opens FILE twice, as soon as libcurl is about to open what a multi handle needs
**   SHIM_CLOCK=FILE      the wall clock is off by the number of seconds that FILE holds, from the moment it exists
*/
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int getaddrinfo (const char *node, const char *service, const struct addrinfo *hints,
                 struct addrinfo **res) {
  static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  const char *how = getenv("SHIM_DNS");
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  if (how != NULL && strcmp(how, "none") == 0) return EAI_NONAME;
  if (how != NULL && strcmp(how, "hang") == 0) {
    sleep(20);
    return EAI_AGAIN;
  }
  if (how != NULL && strcmp(how, "both") == 0) {
    struct addrinfo *last;
    int status = real("::1", service, hints, res);
    if (status != 0) return status;
    for (last = *res; last->ai_next != NULL; last = last->ai_next) {}
    return real("127.0.0.1", service, hints, &last->ai_next);
  }
  return real(node, service, hints, res);
}

/* As libcurl's, whose options are longs and pointers, both as wide as a pointer where this runs. */
int curl_easy_setopt (void *easy, int option, ...) {
  enum { LOW_SPEED_TIME = 20 };
  static int (*real)(void *, int, ...);
  const char *times = getenv("SHIM_SLOW");
  if (real == NULL)
    *(void **)&real = dlsym(dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD), "curl_easy_setopt");
  va_list rest;
  va_start(rest, option);
  void *value = va_arg(rest, void *);
  va_end(rest);
  if (option == LOW_SPEED_TIME && times != NULL)
    return real(easy, option, (long)value / atol(times));
  return real(easy, option, value);
}

void *curl_multi_init (void) {
  static void *(*real)(void);
  const char *path = getenv("SHIM_OPENS");
  if (real == NULL)
    *(void **)&real = dlsym(dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD), "curl_multi_init");
  for (int i = 0; path != NULL && i < 2; i++) (void)open(path, O_RDONLY);
  return real();
}

static time_t jump (void) {
  const char *path = getenv("SHIM_CLOCK");
  long seconds = 0;
  FILE *file = path != NULL ? fopen(path, "r") : NULL;
  if (file != NULL) {
    if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
    fclose(file);
  }
  return (time_t)seconds;
}

int clock_gettime (clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  int status;
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
  status = real(clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += jump();
  return status;
}

int gettimeofday (struct timeval *restrict now, void *restrict zone) {
  struct timespec exact;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time (time_t *out) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (out != NULL) *out = exact.tv_sec;
  return exact.tv_sec;
}
