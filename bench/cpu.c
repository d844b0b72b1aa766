/* cpu: runs a command and prints what the kernel says it cost: CPU seconds (user and system), peak KiB, wall seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds (struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main (int argc, char **argv) {
  struct timespec a, b;
  struct rusage used;
  int status = 0;
  if (argc < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &a);
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status != 0) return 1;
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("%.6f %ld %.6f\n", seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss,
         (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
  return 0;
}
