/* recs funnel: how far users come in a sequence of steps, and how long it takes them. */
#include "duration.h"
#include "groups.h"
#include "user_file.h"

#include <math.h>
#include <string.h>

typedef struct funnel_flags {
  general settings;
  event_columns columns;
  const char *steps;
  const char *window;
  const char *between;
  const char *hold;
  const char *unit;
  const char *users;
  const char *by;
  const char *out;
} funnel_flags;

static int set_options(recs_funnel_options *options, const funnel_flags *given) {
  recs_funnel_options_init(options, sizeof *options);
  if ((given->by == NULL) != (given->users == NULL))
    return bad_usage("--by COLUMN and --users FILE go together");
  if ((given->between != NULL && recs_options_set(options, recs_funnel_schema(), "between", given->between) != RECS_OK) ||
      (given->hold != NULL && recs_options_set(options, recs_funnel_schema(), "hold", given->hold) != RECS_OK))
    return bad_usage("%s", recs_last_error());
  if (unit_milliseconds(given->unit) == 0)
    return bad_usage("--unit is \"%s\", not one of seconds, minutes, hours, days", given->unit);
  return given->window == NULL ? EXIT_DONE : parse_duration(&options->window, "window", given->window);
}

static json_t *share(uint64_t part, uint64_t whole) {
  return whole == 0 ? json_null() : json_real((double)part / (double)whole);
}

static json_t *time_in(double milliseconds, double unit) {
  return isnan(milliseconds) ? json_null() : json_real(milliseconds / unit);
}

/* The name of a step as it was written: the step-th piece of the list. */
static json_t *step_name(const char *steps, uint32_t step) {
  const char *end;
  for (; step > 0; step--)
    steps = strchr(steps, ',') + 1;
  steps += strspn(steps, " ");
  end = strchr(steps, ',');
  return json_stringn(steps, end == NULL ? strlen(steps) : (size_t)(end - steps));
}

static void print_step(out_sheet *sheet, const recs_funnel *funnel, const funnel_flags *given, const char *group_name, uint32_t group,
                       uint32_t step, double unit) {
  const uint64_t *users = recs_funnel_users(funnel) + (size_t)group * recs_funnel_steps(funnel);
  double mean, median, p90, total;
  json_t *row = json_object();
  mean = median = p90 = total = (double)NAN;
  if (step > 0) {
    recs_funnel_times(&mean, &median, &p90, funnel, group, step, 0);
    recs_funnel_times(NULL, &total, NULL, funnel, group, step, 1);
  }
  if (group_name != NULL)
    json_object_set_new(row, "group", sheet_text(group_name));
  json_object_set_new(row, "step", step_name(given->steps, step));
  json_object_set_new(row, "events", json_integer((json_int_t)recs_funnel_events(funnel)[step]));
  json_object_set_new(row, "users", json_integer((json_int_t)users[step]));
  json_object_set_new(row, "share", share(users[step], users[0]));
  json_object_set_new(row, "of_previous", step == 0 ? json_null() : share(users[step], users[step - 1]));
  json_object_set_new(row, "mean_time", time_in(mean, unit));
  json_object_set_new(row, "median_time", time_in(median, unit));
  json_object_set_new(row, "p90_time", time_in(p90, unit));
  json_object_set_new(row, "median_from_first", time_in(total, unit));
  sheet_row(sheet, row);
}

static void print_funnel(out_sheet *sheet, const recs_funnel *funnel, const funnel_flags *given, const user_groups *groups, double unit) {
  for (uint32_t group = 0; group < recs_funnel_groups(funnel); group++) {
    const char *name = NULL;
    if (groups->names != NULL)
      recs_ids_name(&name, NULL, groups->names, group);
    for (uint32_t step = 0; step < recs_funnel_steps(funnel); step++)
      print_step(sheet, funnel, given, name, group, step, unit);
  }
  for (uint32_t step = 0; step < recs_funnel_steps(funnel); step++) {
    if (recs_funnel_events(funnel)[step] == 0)
      fprintf(stderr, "recs: step %u never happens in this log\n", step + 1);
  }
}

static json_t *depth_of(const void *funnel, uint32_t user) {
  uint8_t depth = recs_funnel_depths(funnel)[user];
  return depth == 0 ? NULL : json_integer(depth);
}

static int find_and_print(out_sheet *sheet, const log_file *log, const char *path, const funnel_flags *given,
                          recs_funnel_options *options, const user_groups *groups) {
  /* times of a log that is only in order are in places */
  double start = seconds_now();
  double unit = recs_events_time_kind(log->events) == RECS_TIME_ORDER ? 1 : unit_milliseconds(given->unit);
  recs_funnel *funnel = NULL;
  int code = EXIT_DONE;
  if (groups->rows != NULL) {
    options->groups = groups->rows;
    options->group_rows = groups->users;
    options->group_count = recs_ids_count(groups->names);
  }
  if (recs_funnel_create(&funnel, log->events, given->steps, options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(path);
  sheet_time(sheet, "read", log->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  sheet_value(sheet, "time_unit", json_string(unit == 1 ? "places" : given->unit));
  print_funnel(sheet, funnel, given, groups, unit);
  if (given->out != NULL)
    code = write_user_file(given->out, log->users, recs_funnel_depth_rows(funnel), "steps", depth_of, funnel);
  recs_funnel_free(funnel);
  return code;
}

static int run(int count, char **arguments) {
  funnel_flags given = {.unit = "hours"};
  recs_funnel_options options;
  user_groups groups = {0};
  log_file log;
  out_sheet *sheet;
  int code;
  event_columns_init(&given.columns);
  const flag flags[] = {
      {"steps", FLAG_TEXT, &given.steps, "TYPES", "the steps, joined by commas, as in view,cart|wishlist,purchase"},
      {"window", FLAG_TEXT, &given.window, "SPAN", "longest time from the first step, as in 30m, 12h, 7d; default: any"},
      {"between", FLAG_TEXT, &given.between, "WHAT", "anything (default) between two steps, only others than steps, or nothing"},
      {"hold", FLAG_TEXT, &given.hold, "WHAT", "nothing (default), session or item: what all steps have in common"},
      {"unit", FLAG_TEXT, &given.unit, "UNIT", "of the times: seconds, minutes, hours (default) or days"},
      {"users", FLAG_TEXT, &given.users, "FILE", "a table of users, for --by"},
      {"by", FLAG_TEXT, &given.by, "COLUMN", "a funnel for each value of that column: segment, cohort, country"},
      {"out", FLAG_TEXT, &given.out, "FILE", "write how many steps each user took"},
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "EVENTS --steps TYPES [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.steps == NULL)
    return bad_usage("--steps names the event types to follow, such as view,cart,purchase");
  if ((code = set_options(&options, &given)) != EXIT_DONE)
    return code;
  if ((sheet = sheet_open(stdout, given.settings.format, "steps")) == NULL)
    return EXIT_BAD_USAGE;
  code = open_log(&log, &given.settings, arguments[1], &given.columns);
  if (code == EXIT_DONE && given.by != NULL)
    code = open_groups(&groups, log.users, given.users, given.by);
  if (code == EXIT_DONE)
    code = find_and_print(sheet, &log, arguments[1], &given, &options, &groups);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  close_groups(&groups);
  close_log(&log);
  return code;
}

const command command_funnel = {"funnel", "EVENTS --steps TYPES", "how many users take each of some steps, and how long it takes them", run};
