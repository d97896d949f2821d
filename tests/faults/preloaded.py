"""How does a test break the machine under a real daemon? A library loaded before all others, built from these lines."""

import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct faults { double wall; long flush_error; long kill_at; long written; };
static volatile struct faults *faults;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("WAYBILL_FAULTS");
  int fd = path ? open(path, O_RDWR) : -1;
  void *found = fd < 0 ? MAP_FAILED : mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  faults = found == MAP_FAILED ? 0 : found;
}

static int ours(int fd) {  /* the database and its log, and nothing else */
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, name, sizeof name - 1);
  if (size < 0) return 0;
  name[size] = 0;
  return strstr(name, "waybill.db") != 0;
}

int clock_gettime(clockid_t id, struct timespec *at) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int answer = real(id, at);
  if (!answer && faults && id == CLOCK_REALTIME) at->tv_sec += (long)faults->wall;
  return answer;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

static int fails(int fd) {
  if (!faults || !faults->flush_error || !ours(fd)) return 0;
  errno = (int)faults->flush_error;
  return 1;
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  return fails(fd) ? -1 : real(fd);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  return fails(fd) ? -1 : real(fd);
}

static void count(int fd) {
  if (!faults || !faults->kill_at || !ours(fd)) return;
  if (++faults->written >= faults->kill_at) kill(getpid(), SIGKILL);
}

ssize_t pwrite64(int fd, const void *what, size_t size, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
  count(fd);
  return real(fd, what, size, at);
}

ssize_t pwrite(int fd, const void *what, size_t size, off_t at) { return pwrite64(fd, what, size, at); }
"""
SHAPE = struct.Struct("dlll")


@dataclass(slots=True)
class Machine:
    """What is wrong with it now; the daemon sees it at once."""

    folder: Path
    wall_seconds: float = 0.0
    flush_error: int = 0
    kill_at_write: int = 0

    def __post_init__(self) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            pytest.skip("no C compiler here: what breaks the machine cannot be built")
        source = self.folder / "faults.c"
        source.write_text(SOURCE, encoding="utf-8")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.library, source, "-ldl"], check=True)
        self.told.write_bytes(b"\0" * 4096)

    @property
    def library(self) -> Path:
        return self.folder / "faults.so"

    @property
    def told(self) -> Path:
        return self.folder / "faults"

    @property
    def env(self) -> dict[str, str]:
        """What a daemon on this machine is started with."""
        return {"LD_PRELOAD": str(self.library), "WAYBILL_FAULTS": str(self.told)}

    def is_now(self, *, wall_seconds: float = 0.0, flush_error: int = 0, kill_at_write: int = 0) -> None:
        """From this instant."""
        self.wall_seconds, self.flush_error, self.kill_at_write = wall_seconds, flush_error, kill_at_write
        with self.told.open("r+b") as file:
            file.write(SHAPE.pack(wall_seconds, flush_error, kill_at_write, 0))
