#include "catalogue.h"

#include <string.h>

int open_catalogue(recs_profiles **out, recs_ids *items, catalogue_flags *flags) {
  *out = NULL;
  if (flags->path == NULL)
    return flags->title == NULL ? EXIT_DONE : bad_usage("--title needs --items");
  if (recs_profiles_create(out, items) != RECS_OK)
    return report_failure(NULL);
  if (flags->title != NULL && flags->columns.options.text == NULL)
    flags->columns.options.text = flags->title;
  return read_profiles(*out, items, flags->path, &flags->columns);
}

/* The text field of that name, or RECS_NO_ROW. */
static uint32_t find_text(const recs_profiles *profiles, const char *title) {
  for (uint32_t field = 0; field < recs_profiles_field_count(profiles); field++) {
    const char *name;
    int32_t type;
    if (recs_profiles_field(&name, &type, NULL, profiles, field) == RECS_OK && type == RECS_FIELD_TEXT &&
        strcmp(name, title) == 0)
      return field;
  }
  return RECS_NO_ROW;
}

const char *item_name(const recs_ids *items, const recs_profiles *profiles, const char *title, uint32_t row) {
  const char *text = "";
  size_t length = 0;
  if (profiles != NULL && title != NULL) {
    uint32_t field = find_text(profiles, title);
    if (field != RECS_NO_ROW && recs_profiles_text(&text, &length, profiles, row, field) == RECS_OK && length > 0)
      return text;
  }
  return recs_ids_name(&text, NULL, items, row) == RECS_OK ? text : "";
}
