/* Command-line flags by table, over getopt_long. */
#ifndef RECS_TOOLS_FLAGS_H
#define RECS_TOOLS_FLAGS_H

#include <stddef.h>
#include <stdint.h>

typedef enum flag_kind {
  FLAG_SWITCH, /* int: set to 1 */
  FLAG_TEXT,   /* const char * */
  FLAG_COUNT,  /* uint64_t */
  FLAG_REAL,   /* double */
  FLAG_LIST    /* text_list: may be given again */
} flag_kind;

/* Texts of a flag that was given several times; they are the command line's own. */
typedef struct text_list {
  const char **texts;
  size_t count;
} text_list;

typedef struct flag {
  const char *name;
  flag_kind kind;
  void *target;
  const char *value; /* what the value is called in the help; NULL for switches */
  const char *help;
} flag;

/* Fills the targets and moves the positional arguments, of which there must be `least` to `most`, to the front of `arguments + 1`. "-n" stands for
 * "--n". Returns the number of positional arguments, or -1 after a message on stderr, or -2 after printing help. */
int parse_flags(int count, char **arguments, const char *synopsis, const flag *flags, size_t flag_count, int least, int most);

void free_list(text_list *list);

#define FLAG_TOTAL(flags) (sizeof(flags) / sizeof((flags)[0]))

#endif
