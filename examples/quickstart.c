/* From a CSV file to ten recommendations for a user.
 *
 *     cc quickstart.c $(pkg-config --cflags --libs recs) -o quickstart && ./quickstart data/quickstart.csv
 */
#include <recs/recs.h>
#include <stdio.h>

int main(int argc, char **argv) {
  recs_context *context;
  recs_ids *users, *items;
  recs_events *events;
  recs_model *model;
  uint32_t user, best[10];
  double scores[10];
  size_t count;
  const char *name;

  if (argc != 2)
    return 2;
  if (recs_context_create(&context, NULL) || recs_ids_create(&users, context) || recs_ids_create(&items, context) ||
      recs_events_create(&events, users, items) ||
      recs_events_read_file(NULL, events, argv[1], NULL, NULL, NULL) || /* columns user, item and, if there, time ... */
      recs_model_fit(&model, events, NULL, NULL, NULL) ||               /* the default: a hybrid */
      recs_ids_find(&user, recs_model_users(model), "ada", 3) ||
      recs_model_recommend(best, scores, &count, model, user, 10, NULL)) {
    fprintf(stderr, "%s\n", recs_last_error());
    return 1;
  }
  for (size_t i = 0; i < count && recs_ids_name(&name, NULL, recs_model_items(model), best[i]) == RECS_OK; i++)
    printf("%-12s %.4f\n", name, scores[i]);

  recs_model_free(model);
  recs_events_free(events);
  recs_ids_free(items);
  recs_ids_free(users);
  recs_context_free(context);
  return 0;
}
