#include "user_file.h"

#include "command.h"

int write_user_file(const char *path, const recs_ids *users, uint32_t count, const char *column, user_value_fn value,
                    const void *payload) {
  FILE *out = fopen(path, "w");
  out_sheet *sheet = out == NULL ? NULL : sheet_open(out, "csv", NULL);
  for (uint32_t user = 0; sheet != NULL && user < count; user++) {
    json_t *shown = value(payload, user), *row;
    const char *id = "";
    if (shown == NULL)
      continue;
    row = json_object();
    recs_ids_name(&id, NULL, users, user);
    json_object_set_new(row, "user", sheet_text(id));
    json_object_set_new(row, column, shown);
    sheet_row(sheet, row);
  }
  sheet_close(sheet);
  return out != NULL && fclose(out) == 0 ? EXIT_DONE : bad_input("cannot write %s", path);
}
