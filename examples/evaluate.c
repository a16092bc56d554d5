/* Is item-knn better than popularity? Each user's last event is asked for, by models that have not seen it.
 *
 *     cc evaluate.c $(pkg-config --cflags --libs recs) -o evaluate && ./evaluate data/quickstart.csv
 */
#include <recs/recs.h>
#include <stdio.h>

/* Fits a scorer to what the split leaves to learn from, and asks for the rest. 0 on success, as everywhere. */
static int evaluate(recs_evaluation **out, const recs_split *split, const char *scorer) {
  recs_model_options options;
  recs_evaluate_options asked;
  recs_model *model = NULL;
  int failed = recs_model_options_init(&options, sizeof options) || recs_evaluate_options_init(&asked, sizeof asked);
  options.scorer = scorer;
  asked.cutoffs = "3"; /* lists of three */
  failed = failed || recs_model_fit(&model, recs_split_training(split, RECS_STAGE_TEST), &options, NULL, NULL) ||
           recs_evaluate(out, split, model, &asked, NULL, NULL);
  recs_model_free(model);
  return failed;
}

int main(int argc, char **argv) {
  recs_context *context;
  recs_ids *users, *items;
  recs_events *events;
  recs_split *split;
  recs_evaluation *popularity, *neighbours;
  recs_comparison compared;

  if (argc != 2)
    return 2;
  if (recs_context_create(&context, NULL) || recs_ids_create(&users, context) || recs_ids_create(&items, context) ||
      recs_events_create(&events, users, items) || recs_events_read_file(NULL, events, argv[1], NULL, NULL, NULL) ||
      recs_split_create(&split, events, NULL) || /* leave-last-out; fitted to neither validation nor test */
      evaluate(&popularity, split, "popularity") || evaluate(&neighbours, split, "item-knn")) {
    fprintf(stderr, "%s\n", recs_last_error());
    return 1;
  }
  printf("%-12s %-10s %-10s %-8s p\n", "metric", "popularity", "item-knn", "gain");
  for (uint32_t i = 0; i < recs_evaluation_metrics(neighbours); i++) {
    const char *name;
    double before, after;
    recs_evaluation_metric(&name, NULL, &before, popularity, i);
    recs_evaluation_metric(NULL, NULL, &after, neighbours, i);
    if (recs_evaluation_compare(&compared, neighbours, popularity, name, NULL) == RECS_OK) /* user by user */
      printf("%-12s %-10.3f %-10.3f %+-8.3f %.2f\n", name, before, after, compared.difference, compared.p_value);
  }

  recs_evaluation_free(neighbours);
  recs_evaluation_free(popularity);
  recs_split_free(split);
  recs_events_free(events);
  recs_ids_free(items);
  recs_ids_free(users);
  recs_context_free(context);
  return 0;
}
