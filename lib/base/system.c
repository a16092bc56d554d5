#include "lib/base/system.h"

#include <string.h>

int32_t recs__fail_system(const char *action, const char *path, int code) {
  char quoted[256];
  char buffer[128];
  const char *text;
#ifdef __GLIBC__
  text = strerror_r(code, buffer, sizeof buffer);
#else
  text = strerror_r(code, buffer, sizeof buffer) == 0 ? buffer : "unknown error";
#endif
  recs__quote(quoted, sizeof quoted, path, strlen(path));
  return recs__fail(RECS_ERROR_IO, "cannot %s %s: %s", action, quoted, text);
}
