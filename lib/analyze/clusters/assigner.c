/* A preparation and a clustering in one: rows as they come are placed as the rows of the fit were. */
#include "lib/analyze/clusters/assigner.h"

#include "lib/analyze/clusters/kmeans.h"
#include "lib/data/pipeline/pipeline.h"

struct recs_assigner {
  recs__object object;
  recs_pipeline *pipeline;
  recs_kmeans *kmeans;
};

static void assigner_destroy(void *object) {
  recs_assigner *assigner = object;
  recs__release(assigner->pipeline);
  recs__release(assigner->kmeans);
}

/* An assigner that holds both. */
static int32_t join(recs_assigner **out, recs_context *context, const recs_pipeline *pipeline, const recs_kmeans *kmeans) {
  uint32_t prepared = recs_pipeline_columns(pipeline), clustered = recs_kmeans_columns(kmeans);
  if (prepared != clustered)
    return recs__fail(RECS_ERROR_INVALID, "the pipeline gives %u columns, but the clustering has %u", prepared, clustered);
  *out = recs__object_new(context, sizeof **out, assigner_destroy);
  if (*out == NULL)
    return recs__fail_nomem();
  (*out)->pipeline = recs__hold(pipeline);
  (*out)->kmeans = recs__hold(kmeans);
  return RECS_OK;
}

int32_t recs_assigner_create(recs_assigner **out, const recs_pipeline *pipeline, const recs_kmeans *kmeans) {
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(pipeline);
  RECS_NOT_NULL(kmeans);
  return join(out, recs__context_of(kmeans), pipeline, kmeans);
}

int32_t recs_assigner_assign(uint32_t *out_labels, float *out_distances, const recs_assigner *assigner, const recs_table *table) {
  const recs_context *context;
  double *prepared = NULL;
  float *points = NULL;
  size_t cells;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(assigner);
  RECS_NOT_NULL(table);
  if (table->struct_size < sizeof *table)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the table is %zu, not %zu", table->struct_size, sizeof *table);
  if (table->rows > 0)
    RECS_NOT_NULL(out_labels);
  context = assigner->object.context;
  if (__builtin_mul_overflow(table->rows, (size_t)recs_kmeans_columns(assigner->kmeans), &cells))
    return recs__fail(RECS_ERROR_OVERFLOW, "%zu rows are too many", table->rows);
  prepared = recs__alloc(context, cells, sizeof *prepared);
  points = recs__alloc(context, cells, sizeof *points);
  if (prepared == NULL || points == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(recs_pipeline_apply(prepared, NULL, assigner->pipeline, table));
  for (size_t i = 0; i < cells; i++)
    points[i] = (float)prepared[i];
  RECS_GO(recs_kmeans_predict(out_labels, out_distances, assigner->kmeans, points, table->rows));
cleanup:
  recs__free(context, prepared);
  recs__free(context, points);
  return status;
}

const recs_pipeline *recs_assigner_pipeline(const recs_assigner *assigner) {
  return assigner == NULL ? NULL : assigner->pipeline;
}

const recs_kmeans *recs_assigner_kmeans(const recs_assigner *assigner) {
  return assigner == NULL ? NULL : assigner->kmeans;
}

void recs_assigner_free(recs_assigner *assigner) {
  recs__release(assigner);
}

int32_t recs__assigner_write(const recs_assigner *assigner, recs__writer *writer) {
  RECS_SCOPED(writer, "pipeline", recs__pipeline_write(assigner->pipeline, writer));
  RECS_SCOPED(writer, "kmeans", recs__kmeans_write(assigner->kmeans, writer));
  return RECS_OK;
}

static int32_t read_both(recs_pipeline **pipeline, recs_kmeans **kmeans, recs__reader *reader) {
  RECS_SCOPED(reader, "pipeline", recs__pipeline_read(pipeline, reader));
  RECS_SCOPED(reader, "kmeans", recs__kmeans_read(kmeans, reader));
  return RECS_OK;
}

int32_t recs__assigner_read(recs_assigner **out, recs__reader *reader) {
  recs_pipeline *pipeline = NULL;
  recs_kmeans *kmeans = NULL;
  int32_t status;
  *out = NULL;
  RECS_GO(read_both(&pipeline, &kmeans, reader));
  RECS_GO(join(out, reader->context, pipeline, kmeans));
cleanup:
  recs__release(pipeline);
  recs__release(kmeans);
  return status;
}
