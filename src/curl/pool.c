#include "pool.h"

#include "trust.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  TW_LIBCURL_OLDEST = 0x075700, /* it has QUICK_EXIT */
  TW_KEPT_CONNECTIONS = 4,      /* besides one for each exchange that ever was at the same time */
};

struct tw_pool {
  CURLM *multi;
  pid_t pid;
  tw_settings settings;
  char *strings[3];                    /* the settings' own copies */
  tw_exchange *active;                 /* acquired: doubly linked */
  tw_exchange *idle;                   /* linked by next */
  tw_exchange *done_first, *done_last; /* to be told of: linked by next_done */
  int count;                           /* exchanges ever made */
  int added;                           /* one was added since the multi handle last worked */
};

/* -- Once for the process. Never undone: others in the process may use libcurl too. -- */

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static CURLcode global_code;

static void global_init (void) {
  global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* -- SIGPIPE: TLS may write to a connection that the peer has closed. The signal is held back around every call
** that can write, and one that arose meanwhile is eaten, so that neither the process dies nor its handler hears. -- */

typedef struct held {
  sigset_t before;
  int pending;
} held;

static void hold_sigpipe (held *h) {
  sigset_t pipe, now;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  h->pending = 0;
  (void)pthread_sigmask(SIG_BLOCK, &pipe, &h->before);
  if (sigismember(&h->before, SIGPIPE) == 1 && sigpending(&now) == 0)
    h->pending = sigismember(&now, SIGPIPE) == 1;
}

static void release_sigpipe (const held *h) {
  sigset_t now;
  if (!h->pending && sigpending(&now) == 0 && sigismember(&now, SIGPIPE) == 1) {
    sigset_t pipe;
    struct timespec none = { 0, 0 }; /* another thread may have had it meanwhile */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    (void)sigtimedwait(&pipe, NULL, &none);
  }
  (void)pthread_sigmask(SIG_SETMASK, &h->before, NULL);
}

/* -- Life -- */

static int copy_settings (tw_pool *p, const tw_settings *s) {
  const char *from[] = { s->ca_file, s->ca_path, s->proxy };
  for (int i = 0; i < 3; i++)
    if (from[i] != NULL && (p->strings[i] = strdup(from[i])) == NULL) return -1;
  p->settings = *s;
  p->settings.ca_file = p->strings[0];
  p->settings.ca_path = p->strings[1];
  p->settings.proxy = p->strings[2];
  return 0;
}

static int is_local_socket (int fd) {
  struct sockaddr_storage at = { .ss_family = AF_UNSPEC };
  socklen_t len = sizeof at;
  return getsockname(fd, (struct sockaddr *)&at, &len) == 0 && at.ss_family == AF_UNIX;
}

/* The multi handle has a pair of sockets of its own to wake it up, and older libcurls leave them to every child. They will
** be the lowest two descriptors that are free, unless another thread takes those meanwhile: what is no such socket is left
** alone. Where stdin, stdout or stderr are closed, those are filled first, so that the two do not land in their place. */
static CURLM *multi_init (void) {
  int fds[STDERR_FILENO + 3], fillers = 0, n = 0;
  while (n < fillers + 2 && (fds[n] = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0)
    if (fds[n++] <= STDERR_FILENO) fillers++;
  for (int i = fillers; i < n; i++) (void)close(fds[i]);
  CURLM *multi = curl_multi_init();
  for (int i = fillers; i < n; i++)
    if (is_local_socket(fds[i])) (void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
  for (int i = 0; i < fillers; i++) (void)close(fds[i]);
  return multi;
}

tw_pool *tw_pool_open (const tw_settings *s, tw_failure *f) {
  if (pthread_once(&global_once, global_init) != 0 || global_code != CURLE_OK) {
    *f = tw_failure_make("config", "libcurl could not be initialised", 0);
    return NULL;
  }
  if (curl_version_info(CURLVERSION_NOW)->version_num < TW_LIBCURL_OLDEST) {
    *f = tw_failure_make("config", "libcurl is older than 7.87", 0);
    return NULL;
  }
  tw_settings system = *s;
  if (s->ca_file == NULL && s->ca_path == NULL) tw_trust_system(&system.ca_file, &system.ca_path);
  tw_pool *p = calloc(1, sizeof *p);
  if (p != NULL) {
    p->pid = getpid();
    p->multi = multi_init();
    if (p->multi != NULL && copy_settings(p, &system) == 0) return p;
    tw_pool_free(p); /* only a forked child's stays */
  }
  *f = tw_failure_of(CURLE_OUT_OF_MEMORY, 0); /* NOLINT(clang-analyzer-unix.Malloc) */
  return NULL;
}

int tw_pool_forked (const tw_pool *p) {
  return p->pid != getpid();
}

static void end_transfer (tw_pool *p, tw_exchange *x, CURLcode code) {
  if (x->state != TW_RUNNING) return;
  (void)curl_multi_remove_handle(p->multi, x->easy);
  tw_exchange_finish(x, code);
}

static void free_exchanges (tw_exchange **list) {
  for (tw_exchange *x; (x = *list) != NULL;) {
    *list = x->next;
    tw_exchange_close(x);
    free(x);
  }
}

void tw_pool_close (tw_pool *p) {
  if (tw_pool_forked(p)) return;
  held h;
  hold_sigpipe(&h);
  for (tw_exchange *x = p->active; x != NULL; x = x->next)
    end_transfer(p, x, CURLE_ABORTED_BY_CALLBACK);
  free_exchanges(&p->idle);
  if (p->multi != NULL) (void)curl_multi_cleanup(p->multi);
  p->multi = NULL;
  release_sigpipe(&h);
  for (int i = 0; i < 3; i++) {
    if (p->strings[i] != NULL)
      tw_wipe(p->strings[i], strlen(p->strings[i])); /* a proxy's password */
    free(p->strings[i]);
    p->strings[i] = NULL;
  }
}

void tw_pool_free (tw_pool *p) {
  if (tw_pool_forked(p)) return;
  tw_pool_close(p);
  free_exchanges(&p->active);
  free_exchanges(&p->idle);
  free(p);
}

tw_exchange *tw_pool_acquire (tw_pool *p) {
  tw_exchange *x = p->idle;
  if (x != NULL) {
    p->idle = x->next;
  } else {
    x = calloc(1, sizeof *x);
    if (x == NULL) return NULL;
    if (tw_exchange_open(x) != 0) {
      free(x);
      return NULL;
    }
    x->slot = ++p->count;
    /* By default libcurl keeps four times as many connections as are in use, and closes the rest when a wave of
    ** exchanges ends. The next wave wants them. */
    (void)curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, (long)p->count + TW_KEPT_CONNECTIONS);
  }
  x->notify = 0;
  x->prev = NULL;
  x->next = p->active;
  if (p->active != NULL) p->active->prev = x;
  p->active = x;
  return x;
}

static void forget_done (tw_pool *p, const tw_exchange *x) {
  tw_exchange *before = NULL;
  for (tw_exchange *y = p->done_first; y != NULL; before = y, y = y->next_done) {
    if (y != x) continue;
    if (before != NULL)
      before->next_done = y->next_done;
    else
      p->done_first = y->next_done;
    if (p->done_last == y) p->done_last = before;
    return;
  }
}

static void unlink_active (tw_pool *p, tw_exchange *x) {
  if (x->prev != NULL)
    x->prev->next = x->next;
  else
    p->active = x->next;
  if (x->next != NULL) x->next->prev = x->prev;
}

void tw_pool_release (tw_pool *p, tw_exchange *x) {
  if (tw_pool_forked(p)) return;
  unlink_active(p, x);
  held h;
  if (x->state == TW_RUNNING) { /* ends in the middle: libcurl closes the connection */
    hold_sigpipe(&h);
    end_transfer(p, x, CURLE_ABORTED_BY_CALLBACK);
    release_sigpipe(&h);
  }
  forget_done(p, x);
  tw_exchange_reset(x);
  x->next = p->idle;
  p->idle = x;
}

/* -- Work -- */

static double now (void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell_done (tw_pool *p, tw_exchange *x) {
  x->next_done = NULL;
  if (p->done_last != NULL)
    p->done_last->next_done = x;
  else
    p->done_first = x;
  p->done_last = x;
}

static void end (tw_pool *p, tw_exchange *x, CURLcode code) {
  end_transfer(p, x, code);
  if (x->notify) tell_done(p, x);
}

int tw_pool_start (tw_pool *p, tw_exchange *x, const tw_request *r, tw_failure *f) {
  if (!tw_exchange_prepare(x, r, &p->settings, f)) return 0;
  if (curl_multi_add_handle(p->multi, x->easy) != CURLM_OK) {
    *f = tw_failure_of(CURLE_OUT_OF_MEMORY, 0);
    return 0;
  }
  x->state = TW_RUNNING;
  x->began = now();
  x->ends = 0;
  p->added = 1;
  return 1;
}

/* So many seconds, or until the first time is over that tw_pool_allow changed: libcurl wakes up by itself by those alone
** that it was given at first. A second at most, for the time to connect is one of them. */
static double patience (const tw_pool *p, double seconds) {
  for (const tw_exchange *x = p->active; x != NULL; x = x->next)
    if (x->state == TW_RUNNING && x->ends > 0)
      seconds = fmin(seconds, fmin(fmax(x->ends - now(), 0.001), 1));
  return seconds;
}

/* Waits for something to happen, for so many seconds at most and unless there is new work; then lets libcurl do what
** it can. */
static void drive (tw_pool *p, double seconds) {
  int n = 0;
  CURLMcode code = CURLM_OK;
  if (!p->added && seconds > 0) {
    int ms = (int)ceil(patience(p, fmin(seconds, 1000)) * 1000);
    code = curl_multi_poll(p->multi, NULL, 0, ms, NULL);
  }
  p->added = 0;
  if (code == CURLM_OK) code = curl_multi_perform(p->multi, &n);
  for (CURLMsg *m; (m = curl_multi_info_read(p->multi, &n)) != NULL;) {
    if (m->msg != CURLMSG_DONE) continue;
    CURLcode result = m->data.result;
    char *x = NULL;
    if (curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x) == CURLE_OK && x != NULL)
      end(p, (tw_exchange *)(void *)x, result);
  }
  if (code == CURLM_OK) return;
  for (tw_exchange *x = p->active; x != NULL;
       x = x->next) /* the multi handle itself failed: out of memory */
    if (x->state == TW_RUNNING) end(p, x, CURLE_FAILED_INIT);
}

void tw_pool_wait (tw_pool *p, tw_exchange *x) {
  if (x->state != TW_RUNNING) return;
  held h;
  hold_sigpipe(&h);
  while (x->state == TW_RUNNING) drive(p, 1);
  release_sigpipe(&h);
}

void tw_pool_notify (tw_pool *p, tw_exchange *x) {
  if (!x->notify && x->state == TW_DONE) tell_done(p, x);
  x->notify = 1;
}

int tw_pool_allow (tw_pool *p, tw_exchange *x, double seconds) {
  if (x->state != TW_RUNNING) return 1;
  if (!(seconds > 0)) seconds = 0;
  double at = now();
  x->ends = at + seconds;
  return tw_exchange_limit(x, &p->settings, at - x->began, seconds);
}

tw_exchange *tw_pool_next (tw_pool *p, double seconds) {
  if (p->done_first == NULL) {
    held h;
    hold_sigpipe(&h);
    double until = seconds > 0 ? now() + seconds : 0, left = seconds;
    do {
      drive(p, left);
    } while (p->done_first == NULL && until > 0 && (left = until - now()) > 0);
    release_sigpipe(&h);
  }
  tw_exchange *x = p->done_first;
  if (x != NULL) {
    forget_done(p, x);
    x->notify = 0;
  }
  return x;
}
