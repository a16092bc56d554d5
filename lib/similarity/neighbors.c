/* Neighbour graphs: the object. How it is built: neighbors_sparse.c and its like. */
#include "lib/similarity/neighbors.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/similarity/kernel.h"

enum { LARGEST_K = 65536 };

static const recs__field fields[] = {
    RECS__F64(recs_neighbors_options, minimum, -DBL_MAX, DBL_MAX, 0, "similarities at or below this are left out"),
    RECS__U32(recs_neighbors_options, k, 1, LARGEST_K, 50, "at most this many neighbours a row"),
    RECS__RESERVED(recs_neighbors_options, reserved),
};
static const recs_schema schema = RECS__SCHEMA("neighbors", recs_neighbors_options, fields);

const recs_schema *recs_neighbors_schema(void) {
  return &schema;
}

int32_t recs_neighbors_options_init(recs_neighbors_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static void neighbors_destroy(void *object) {
  recs_neighbors *neighbors = object;
  if (neighbors->backing != NULL) {
    recs__release(neighbors->backing);
    return;
  }
  recs__free(neighbors->object.context, neighbors->offsets);
  recs__free(neighbors->object.context, neighbors->ids);
  recs__free(neighbors->object.context, neighbors->scores);
}

static int32_t place_slots(recs_neighbors *neighbors, const uint64_t *slots) {
  recs_context *context = neighbors->object.context;
  uint64_t total = 0;
  neighbors->offsets = recs__alloc(context, (size_t)neighbors->rows + 1, sizeof *neighbors->offsets);
  if (neighbors->offsets == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < neighbors->rows; row++) {
    neighbors->offsets[row] = (int64_t)total;
    total += slots[row]; /* below 2^32 rows of 2^16 */
  }
  neighbors->offsets[neighbors->rows] = (int64_t)total;
  neighbors->ids = recs__alloc(context, total, sizeof *neighbors->ids);
  neighbors->scores = recs__alloc(context, total, sizeof *neighbors->scores);
  return neighbors->ids == NULL || neighbors->scores == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__neighbors_new(recs_neighbors **out, recs_context *context, uint32_t rows, const uint64_t *slots) {
  recs_neighbors *neighbors = recs__object_new(context, sizeof *neighbors, neighbors_destroy);
  int32_t status;
  *out = NULL;
  if (neighbors == NULL)
    return recs__fail_nomem();
  neighbors->rows = rows;
  RECS_GO(place_slots(neighbors, slots));
  *out = neighbors;
  neighbors = NULL;
cleanup:
  recs__release(neighbors);
  return status;
}

/* A block that cannot be made smaller stays. */
static void *shrink(const recs_context *context, void *block, size_t count, size_t size) {
  void *smaller = recs__realloc(context, block, count, size);
  return smaller == NULL ? block : smaller;
}

void recs__neighbors_close(recs_neighbors *neighbors, const uint32_t *counts) {
  recs_context *context = neighbors->object.context;
  int64_t kept = 0, slots = neighbors->offsets[neighbors->rows];
  for (uint32_t row = 0; row < neighbors->rows; row++) {
    int64_t begin = neighbors->offsets[row];
    memmove(neighbors->ids + kept, neighbors->ids + begin, counts[row] * sizeof *neighbors->ids);
    memmove(neighbors->scores + kept, neighbors->scores + begin, counts[row] * sizeof *neighbors->scores);
    neighbors->offsets[row] = kept;
    kept += counts[row];
  }
  neighbors->offsets[neighbors->rows] = kept;
  if (kept == slots)
    return;
  neighbors->ids = shrink(context, neighbors->ids, (size_t)kept, sizeof *neighbors->ids);
  neighbors->scores = shrink(context, neighbors->scores, (size_t)kept, sizeof *neighbors->scores);
}

int32_t recs__neighbors_of(recs_neighbors **out, const recs__graph_job *job, const recs_matrix *matrix) {
  return (job->kernel->way == NULL ? recs__neighbors_custom : recs__neighbors_sparse)(out, job, matrix);
}

int32_t recs_neighbors_build(recs_neighbors **out, const recs_kernel *kernel, const recs_matrix *matrix,
                             const recs_neighbors_options *options, recs_progress_fn progress, void *payload) {
  recs__graph_job job;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(kernel);
  RECS_NOT_NULL(matrix);
  RECS_TRY(recs__options_load(&job.options, &schema, options));
  job.method = RECS__BY_COST;
  job.kernel = kernel;
  job.progress = recs__progress_of(progress, payload);
  return recs__neighbors_of(out, &job, matrix);
}

int32_t recs_neighbors_build_dense(recs_neighbors **out, const recs_kernel *kernel, const float *values, uint32_t rows,
                                   uint32_t dimension, const recs_neighbors_options *options, recs_progress_fn progress,
                                   void *payload) {
  recs__graph_job job;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(kernel);
  RECS_TRY(recs__options_load(&job.options, &schema, options));
  job.method = RECS__BY_COST;
  job.kernel = kernel;
  job.progress = recs__progress_of(progress, payload);
  return recs__neighbors_dense(out, &job, values, rows, dimension);
}

uint32_t recs_neighbors_rows(const recs_neighbors *neighbors) {
  return neighbors == NULL ? 0 : neighbors->rows;
}

int32_t recs_neighbors_row(const uint32_t **rows, const float **scores, size_t *count, const recs_neighbors *neighbors,
                           uint32_t row) {
  recs__enter();
  if (rows != NULL)
    *rows = NULL;
  if (scores != NULL)
    *scores = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(neighbors);
  if (row >= neighbors->rows)
    return recs__fail(RECS_ERROR_INVALID, "row %u of a graph of %u rows", row, neighbors->rows);
  if (rows != NULL)
    *rows = neighbors->ids + neighbors->offsets[row];
  if (scores != NULL)
    *scores = neighbors->scores + neighbors->offsets[row];
  *count = (size_t)(neighbors->offsets[row + 1] - neighbors->offsets[row]);
  return RECS_OK;
}

void recs_neighbors_free(recs_neighbors *neighbors) {
  recs__release(neighbors);
}

int32_t recs__neighbors_write(const recs_neighbors *neighbors, recs__writer *writer) {
  uint64_t entries = (uint64_t)neighbors->offsets[neighbors->rows];
  RECS_TRY(recs__write_u64(writer, "rows", neighbors->rows));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, neighbors->offsets, (uint64_t)neighbors->rows + 1));
  RECS_TRY(recs__write(writer, "ids", RECS__U32, neighbors->ids, entries));
  return recs__write(writer, "scores", RECS__F32, neighbors->scores, entries);
}

/* Within a row scores fall, equal ones are ordered by row, and no neighbour is the row itself or stands twice in a
 * place. */
static int32_t check_read(const recs_neighbors *neighbors) {
  for (uint32_t row = 0; row < neighbors->rows; row++) {
    int64_t begin = neighbors->offsets[row];
    for (int64_t e = begin; e < neighbors->offsets[row + 1]; e++) {
      uint32_t id = neighbors->ids[e];
      float score = neighbors->scores[e];
      int fine = id < neighbors->rows && id != row && isfinite(score);
      if (fine && e > begin)
        fine = neighbors->scores[e - 1] > score || (neighbors->scores[e - 1] == score && neighbors->ids[e - 1] < id);
      if (!fine)
        return recs__fail(RECS_ERROR_FORMAT, "row %u of a neighbour graph is damaged at row %u, score %g", row, id,
                          (double)score);
    }
  }
  return RECS_OK;
}

static int32_t read_arrays(recs_neighbors *neighbors, recs__reader *reader) {
  const void *ids;
  uint64_t rows, entries;
  RECS_TRY(recs__read_u64(reader, "rows", 0, UINT32_MAX, &rows));
  neighbors->rows = (uint32_t)rows;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &neighbors->offsets, rows + 1));
  RECS_TRY(recs__read(reader, "ids", RECS__U32, &ids, &entries));
  RECS_TRY(recs__read_exact(reader, "ids", RECS__U32, &neighbors->ids, entries));
  RECS_TRY(recs__read_exact(reader, "scores", RECS__F32, &neighbors->scores, entries));
  RECS_TRY(recs__check_offsets("a neighbour graph", neighbors->offsets, rows, entries));
  return check_read(neighbors);
}

int32_t recs__neighbors_read(recs_neighbors **out, recs__reader *reader) {
  recs_neighbors *neighbors = recs__object_new(reader->context, sizeof *neighbors, neighbors_destroy);
  int32_t status;
  *out = NULL;
  if (neighbors == NULL)
    return recs__fail_nomem();
  neighbors->backing = recs__hold(reader->backing);
  RECS_GO(read_arrays(neighbors, reader));
  *out = neighbors;
  neighbors = NULL;
cleanup:
  recs__release(neighbors);
  return status;
}
