#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* In the order in which they are listed. */
static const command *const commands[] = {
    &command_clean,
    &command_features,
    &command_prepare,
    &command_segment,
    &command_itemsets,
    &command_rules,
    &command_sequences,
    &command_similarity,
    &command_funnel,
    &command_retention,
    &command_fit,
    &command_evaluate,
    &command_recommend,
    &command_similar,
};

static void print_usage(FILE *out) {
  fprintf(out, "usage: recs COMMAND ...\n\n");
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
    fprintf(out, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
  fprintf(out, "\n\"recs COMMAND --help\" lists a command's flags; \"recs --version\" tells the version.\n");
}

__attribute__((format(printf, 3, 0))) static int report_reason(const char *prefix, int code, const char *format, va_list values) {
  fprintf(stderr, "%s", prefix);
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
  return code;
}

int bad_input(const char *format, ...) {
  va_list values;
  va_start(values, format);
  report_reason("recs: ", EXIT_BAD_INPUT, format, values);
  va_end(values);
  return EXIT_BAD_INPUT;
}

int bad_usage(const char *format, ...) {
  va_list values;
  va_start(values, format);
  report_reason("recs: ", EXIT_BAD_USAGE, format, values);
  va_end(values);
  return EXIT_BAD_USAGE;
}

int report_failure(const char *what) {
  const char *message = recs_last_error();
  return what == NULL ? bad_input("%s", message) : bad_input("%s: %s", what, message);
}

recs_context *open_context(const general *settings) {
  recs_context_options options;
  recs_context *context = NULL;
  if (recs_context_options_init(&options, sizeof options) == RECS_OK) {
    options.threads = settings->threads > UINT32_MAX ? UINT32_MAX : (uint32_t)settings->threads;
    if (recs_context_create(&context, &options) == RECS_OK)
      return context;
  }
  exit(bad_usage("%s", recs_last_error()));
}

int apply_settings(void *options, const recs_schema *schema, const text_list *settings) {
  for (size_t i = 0; i < settings->count; i++) {
    const char *equals = strchr(settings->texts[i], '=');
    char name[128];
    if (equals == NULL || (size_t)(equals - settings->texts[i]) >= sizeof name)
      return bad_usage("--set takes key=value, not \"%s\"", settings->texts[i]);
    snprintf(name, sizeof name, "%.*s", (int)(equals - settings->texts[i]), settings->texts[i]);
    if (recs_options_set(options, schema, name, equals + 1) != RECS_OK)
      return bad_usage("%s", recs_last_error());
  }
  return EXIT_DONE;
}

static int32_t print_progress(void *payload, double fraction) {
  (void)payload;
  fprintf(stderr, fraction < 1.0 ? "\r%3.0f %%" : "\r     \r", 100.0 * fraction);
  return 0;
}

recs_progress_fn terminal_progress(void) {
  return isatty(STDERR_FILENO) ? print_progress : NULL;
}

double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int count, char **arguments) {
  if (count < 2) {
    print_usage(stderr);
    return EXIT_BAD_USAGE;
  }
  if (strcmp(arguments[1], "--version") == 0) {
    printf("recs %s (%s)\n", recs_version_string(), recs_build_info());
    return EXIT_DONE;
  }
  if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "help") == 0) {
    print_usage(stdout);
    return EXIT_DONE;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(arguments[1], commands[i]->name) == 0) {
      int code = commands[i]->run(count - 1, arguments + 1);
      if (fflush(stdout) != 0 || ferror(stdout))
        return bad_input("cannot write the output");
      return code;
    }
  }
  fprintf(stderr, "recs: unknown command \"%s\"\n", arguments[1]);
  print_usage(stderr);
  return EXIT_BAD_USAGE;
}
