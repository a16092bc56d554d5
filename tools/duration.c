#include "duration.h"

#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *suffix;
  const char *name;
  double milliseconds;
} units[] = {{"", "", 1},           {"ms", "", 1},         {"s", "seconds", 1000}, {"m", "minutes", 60000},
             {"h", "hours", 3600000}, {"d", "days", 86400000}, {"w", "", 604800000}};

int parse_duration(int64_t *out, const char *name, const char *text) {
  char *end;
  double number = strtod(text, &end);
  for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++) {
    double span = number * units[i].milliseconds;
    if (strcmp(end, units[i].suffix) == 0 && span >= 0 && span < 9e18) {
      *out = (int64_t)llround(span);
      return EXIT_DONE;
    }
  }
  return bad_usage("--%s is \"%s\", not a span such as 90s, 15m, 12h, 7d or 2w", name, text);
}

double unit_milliseconds(const char *name) {
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (units[i].name[0] != 0 && strcmp(name, units[i].name) == 0)
      return units[i].milliseconds;
  }
  return 0;
}
