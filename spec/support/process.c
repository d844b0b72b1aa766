/* process: what specs need of the operating system and Lua does not have. Tests only. */
#include "compat.h"

#include <lualib.h>

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t alarms;

static void on_alarm (int signal) {
  (void)signal;
  alarms = alarms + 1;
}

/* process.fork() -> 0 in the child, its pid in the parent. */
static int process_fork (lua_State *L) {
  lua_pushinteger(L, fork());
  return 1;
}

/* process.exit(n): ends a forked child without any exit handler. */
static int process_exit (lua_State *L) {
  _exit((int)luaL_checkinteger(L, 1));
}

/* process.wait(pid) -> its exit status, or minus the signal that ended it. */
static int process_wait (lua_State *L) {
  int status = 0;
  while (waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0) {}
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 1;
}

/* process.storm(seconds): a signal every so many seconds that restarts no system call; 0 ends it.
** Answers how many there were. */
static int process_storm (lua_State *L) {
  double seconds = luaL_checknumber(L, 1);
  struct itimerval timer;
  timer.it_interval.tv_sec = timer.it_value.tv_sec = (time_t)seconds;
  timer.it_interval.tv_usec = timer.it_value.tv_usec =
      (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6);
  if (seconds > 0) {
    struct sigaction action = { 0 };
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    alarms = 0;
  }
  setitimer(ITIMER_REAL, &timer, NULL);
  lua_pushinteger(L, alarms);
  return 1;
}

/* process.files(n) -> the soft limit of open files as it was; n is the new one. */
static int process_files (lua_State *L) {
  struct rlimit limit;
  rlim_t was;
  getrlimit(RLIMIT_NOFILE, &limit);
  was = limit.rlim_cur;
  limit.rlim_cur = (rlim_t)luaL_checkinteger(L, 1);
  setrlimit(RLIMIT_NOFILE, &limit);
  lua_pushinteger(L, (lua_Integer)was);
  return 1;
}

/* process.memory(bytes) -> the soft limit of the address space as it was; the new one is what is in use and
** so many bytes more. process.memory(-1, was) sets it back. */
static int process_memory (lua_State *L) {
  struct rlimit limit;
  double was, more = luaL_checknumber(L, 1);
  getrlimit(RLIMIT_AS, &limit);
  was = limit.rlim_cur == RLIM_INFINITY ? -1 : (double)limit.rlim_cur;
  if (more >= 0) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu", &pages) != 1)
      return luaL_error(L, "how much memory is in use?");
    fclose(file);
    limit.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)more;
  } else {
    limit.rlim_cur = luaL_checknumber(L, 2) < 0 ? RLIM_INFINITY : (rlim_t)luaL_checknumber(L, 2);
  }
  setrlimit(RLIMIT_AS, &limit);
  lua_pushnumber(L, was);
  return 1;
}

/* process.break_pipes(): SIGPIPE ends this process from now on, as it does where nobody has changed it. */
static int process_break_pipes (lua_State *L) {
  (void)L;
  signal(SIGPIPE, SIG_DFL);
  return 0;
}

/* process.state(code) -> what the code answers, as text, in a Lua state of its own that is closed behind it. */
static int process_state (lua_State *L) {
  const char *code = luaL_checkstring(L, 1);
  lua_State *other = luaL_newstate();
  if (other == NULL) return luaL_error(L, "no memory");
  luaL_openlibs(other);
  (void)(luaL_loadstring(other, code) || lua_pcall(other, 0, 1, 0));
  lua_pushstring(L, lua_tostring(other, -1));
  lua_close(other);
  return 1;
}

TW_EXPORT int luaopen_process (lua_State *L);
TW_EXPORT int luaopen_process (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "fork", process_fork },
    { "exit", process_exit },
    { "wait", process_wait },
    { "storm", process_storm },
    { "files", process_files },
    { "memory", process_memory },
    { "break_pipes", process_break_pipes },
    { "state", process_state },
    { NULL, NULL },
  };
  luaL_newlib(L, functions);
  return 1;
}
