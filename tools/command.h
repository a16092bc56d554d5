/* The recs command: one file a subcommand, all over the public API. */
#ifndef RECS_TOOLS_COMMAND_H
#define RECS_TOOLS_COMMAND_H

#include "flags.h"

#include <recs/recs.h>

/* Exit codes. */
enum { EXIT_DONE = 0, EXIT_BAD_INPUT = 1, EXIT_BAD_USAGE = 2 };

typedef struct command {
  const char *name;
  const char *arguments;
  const char *summary;
  /* Parses its own arguments; returns an exit code. */
  int (*run)(int count, char **arguments);
} command;

extern const command command_clean;
extern const command command_evaluate;
extern const command command_features;
extern const command command_fit;
extern const command command_funnel;
extern const command command_itemsets;
extern const command command_prepare;
extern const command command_recommend;
extern const command command_retention;
extern const command command_rules;
extern const command command_segment;
extern const command command_sequences;
extern const command command_similar;
extern const command command_similarity;

/* What every command can be told. */
typedef struct general {
  const char *format; /* table, json, jsonl or csv */
  uint64_t threads;   /* 0: one per processor */
} general;

#define GENERAL_FLAGS(target)                                                                  \
  {"format", FLAG_TEXT, &(target).format, "FORM", "table (default), json, jsonl or csv"},             \
  {"threads", FLAG_COUNT, &(target).threads, "N", "threads to use; default: one per processor"}

/* A context as the flags ask. Exits with a message when there is none. */
recs_context *open_context(const general *settings);

/* Prints "recs: " and the library's last error; returns EXIT_BAD_INPUT. `what` (a file, or NULL) goes before it. */
int report_failure(const char *what);

/* Prints "recs: " and a message; returns EXIT_BAD_INPUT or EXIT_BAD_USAGE. */
__attribute__((format(printf, 1, 2))) int bad_input(const char *format, ...);
__attribute__((format(printf, 1, 2))) int bad_usage(const char *format, ...);

/* Sets options from "key=value" texts. Returns an exit code. */
int apply_settings(void *options, const recs_schema *schema, const text_list *settings);

/* Progress on stderr, when that is a terminal: NULL otherwise. */
recs_progress_fn terminal_progress(void);

double seconds_now(void);

#endif
