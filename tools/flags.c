#include "flags.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FLAGS = 64 };

static void print_help(const char *name, const char *synopsis, const flag *flags, size_t flag_count) {
  printf("usage: recs %s %s\n", name, synopsis);
  for (size_t i = 0; i < flag_count; i++) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", flags[i].name, flags[i].value == NULL ? "" : " ",
             flags[i].value == NULL ? "" : flags[i].value);
    printf("  %-24s %s\n", left, flags[i].help);
  }
}

static int refuse(const char *command, const flag *found, const char *value, const char *wanted) {
  fprintf(stderr, "recs %s: --%s is \"%s\", not %s\n", command, found->name, value, wanted);
  return -1;
}

static int take_count(const char *command, const flag *found, const char *value) {
  char *end;
  errno = 0;
  *(uint64_t *)found->target = strtoull(value, &end, 10);
  if (errno != 0 || *end != 0 || value[0] < '0' || value[0] > '9')
    return refuse(command, found, value, "a whole number");
  return 0;
}

static int take_real(const char *command, const flag *found, const char *value) {
  char *end;
  *(double *)found->target = strtod(value, &end);
  if (*end != 0 || end == value)
    return refuse(command, found, value, "a number");
  return 0;
}

static int take_text(text_list *list, const char *value) {
  const char **grown = realloc(list->texts, (list->count + 1) * sizeof *grown);
  if (grown == NULL)
    return -1;
  list->texts = grown;
  list->texts[list->count++] = value;
  return 0;
}

static int take(const char *command, const flag *found, const char *value) {
  switch (found->kind) {
  case FLAG_SWITCH:
    *(int *)found->target = 1;
    return 0;
  case FLAG_TEXT:
    *(const char **)found->target = value;
    return 0;
  case FLAG_COUNT:
    return take_count(command, found, value);
  case FLAG_REAL:
    return take_real(command, found, value);
  case FLAG_LIST:
    return take_text(found->target, value);
  }
  return -1;
}

int parse_flags(int count, char **arguments, const char *synopsis, const flag *flags, size_t flag_count, int least, int most) {
  struct option table[MOST_FLAGS + 2];
  int choice, chosen = 0, positional;
  memset(table, 0, sizeof table);
  for (size_t i = 0; i < flag_count && i < MOST_FLAGS; i++) {
    table[i].name = flags[i].name;
    table[i].has_arg = flags[i].kind == FLAG_SWITCH ? no_argument : required_argument;
    table[i].val = 1;
  }
  table[flag_count].name = "help";
  optind = 1;
  /* "-n 5" and "-k 3" are long flags of one letter to getopt_long_only. */
  while ((choice = getopt_long_only(count, arguments, "", table, &chosen)) != -1) {
    if (choice == '?')
      return -1;
    if ((size_t)chosen == flag_count) {
      print_help(arguments[0], synopsis, flags, flag_count);
      return -2;
    }
    if (take(arguments[0], &flags[chosen], optarg) != 0)
      return -1;
  }
  positional = count - optind;
  if (positional < least || positional > most) {
    fprintf(stderr, "usage: recs %s %s\n", arguments[0], synopsis);
    return -1;
  }
  memmove(arguments + 1, arguments + optind, (size_t)positional * sizeof *arguments);
  return positional;
}

void free_list(text_list *list) {
  free(list->texts);
  list->texts = NULL;
  list->count = 0;
}
