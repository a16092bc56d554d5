/* New rows: which cluster they belong to. */
#include "lib/analyze/clusters/kmeans.h"

#include <string.h>

/* Rows that are handed to a thread at a time. */
enum { GRAIN = 1024 };

typedef struct predicting {
  const recs_kmeans *kmeans;
  const recs__panel_kernels *kernels;
  const float *values;
  uint32_t *labels;
  float *distances; /* may be NULL */
  recs__panels panels;
} predicting;

static int32_t predict_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  predicting *job = payload;
  const recs_kmeans *kmeans = job->kmeans;
  float *panel = recs__panels_of(&job->panels, thread);
  uint32_t labels[RECS__PANEL];
  double distances[RECS__PANEL];
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *values = job->values + row * kmeans->columns;
    RECS_TRY(recs__kmeans_check_rows("row", values, row, count, kmeans->columns, kmeans->distance));
    if (kmeans->distance == RECS_DISTANCE_COSINE) {
      recs__unit_rows(recs__panels_rows(&job->panels, thread), job->kernels, values, kmeans->shift, count, kmeans->columns);
      values = recs__panels_rows(&job->panels, thread);
    }
    job->kernels->pack(panel, values, count, kmeans->columns, kmeans->shift);
    job->kernels->nearest(labels, panel, kmeans->columns, kmeans->centers.groups, kmeans->centers.norms,
                          kmeans->clusters);
    memcpy(job->labels + row, labels, count * sizeof *labels);
    if (job->distances == NULL)
      continue;
    job->kernels->measure(distances, values, kmeans->centers.values, labels, count, kmeans->columns);
    for (size_t r = 0; r < count; r++)
      job->distances[row + r] = (float)distances[r];
  }
  return RECS_OK;
}

int32_t recs_kmeans_predict(uint32_t *out_labels, float *out_distances, const recs_kmeans *kmeans, const float *values,
                            size_t rows) {
  predicting job = {kmeans, NULL, values, out_labels, out_distances, {0}};
  const recs_context *context;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(kmeans);
  if (rows == 0)
    return RECS_OK;
  RECS_NOT_NULL(out_labels);
  RECS_TRY(recs__kmeans_shape(values, rows, kmeans->columns));
  context = kmeans->object.context;
  job.kernels = recs__panel_kernels_of(context->cpu);
  RECS_TRY(recs__panels_init(&job.panels, context, recs__parallel_threads(context, rows, GRAIN), kmeans->columns));
  status = recs__parallel(context, rows, GRAIN, predict_block, &job, NULL);
  recs__panels_free(&job.panels);
  return status;
}
