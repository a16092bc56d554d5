/* A clustering in a file: what new rows need, and how it fitted the old ones; not the old rows' labels. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

int32_t recs__kmeans_write(const recs_kmeans *kmeans, recs__writer *writer) {
  uint64_t cells = (uint64_t)kmeans->clusters * kmeans->columns;
  RECS_TRY(recs__write_u64(writer, "clusters", kmeans->clusters));
  RECS_TRY(recs__write_u64(writer, "columns", kmeans->columns));
  RECS_TRY(recs__write_u64(writer, "distance", (uint64_t)kmeans->distance));
  RECS_TRY(recs__write_u64(writer, "iterations", kmeans->iterations));
  RECS_TRY(recs__write_f64(writer, "inertia", kmeans->inertia));
  RECS_TRY(recs__write(writer, "sizes", RECS__U64, kmeans->sizes, kmeans->clusters));
  RECS_TRY(recs__write(writer, "shift", RECS__F32, kmeans->shift, kmeans->columns));
  return recs__write(writer, "centers", RECS__F32, kmeans->centers.values, cells);
}

/* Borrowed arrays of the file. */
typedef struct stored {
  uint64_t clusters, columns, distance, iterations;
  double inertia;
  const uint64_t *sizes;
  const float *shift, *centers;
} stored;

static int32_t read_arrays(stored *file, recs__reader *reader) {
  RECS_TRY(recs__read_u64(reader, "clusters", 1, UINT32_MAX - 1, &file->clusters));
  RECS_TRY(recs__read_u64(reader, "columns", 1, UINT32_MAX, &file->columns));
  RECS_TRY(recs__read_u64(reader, "distance", RECS_DISTANCE_EUCLIDEAN, RECS_DISTANCE_COSINE, &file->distance));
  RECS_TRY(recs__read_u64(reader, "iterations", 1, UINT32_MAX, &file->iterations));
  RECS_TRY(recs__read_f64(reader, "inertia", &file->inertia));
  RECS_TRY(recs__read_exact(reader, "sizes", RECS__U64, &file->sizes, file->clusters));
  RECS_TRY(recs__read_exact(reader, "shift", RECS__F32, &file->shift, file->columns));
  return recs__read_exact(reader, "centers", RECS__F32, &file->centers, file->clusters * file->columns);
}

/* What the kernels rely on: numbers whose squares fit, and no shift under cosine. */
static int32_t check_arrays(const stored *file) {
  uint32_t clusters = (uint32_t)file->clusters, columns = (uint32_t)file->columns;
  if (!(file->inertia >= 0 && file->inertia < INFINITY))
    return recs__fail(RECS_ERROR_FORMAT, "the inertia of a clustering is damaged");
  RECS_TRY(recs__kmeans_check("centre", file->centers, 0, clusters, columns));
  RECS_TRY(recs__kmeans_check("shift", file->shift, 0, 1, columns));
  for (uint32_t j = 0; j < columns && file->distance == RECS_DISTANCE_COSINE; j++) {
    if (file->shift[j] != 0)
      return recs__fail(RECS_ERROR_FORMAT, "the shift of a clustering by cosine is damaged");
  }
  return RECS_OK;
}

int32_t recs__kmeans_read(recs_kmeans **out, recs__reader *reader) {
  recs_kmeans *kmeans = NULL;
  stored file;
  int32_t status;
  *out = NULL;
  RECS_TRY(read_arrays(&file, reader));
  RECS_TRY(check_arrays(&file));
  RECS_GO(recs__kmeans_new(&kmeans, reader->context, 0, (uint32_t)file.columns, (uint32_t)file.clusters));
  kmeans->distance = (int32_t)file.distance;
  kmeans->iterations = (uint32_t)file.iterations;
  kmeans->inertia = file.inertia;
  memcpy(kmeans->sizes, file.sizes, kmeans->clusters * sizeof *kmeans->sizes);
  memcpy(kmeans->shift, file.shift, kmeans->columns * sizeof *kmeans->shift);
  memcpy(kmeans->centers.values, file.centers, (size_t)kmeans->clusters * kmeans->columns * sizeof *file.centers);
  recs__centers_pack(&kmeans->centers, kmeans->clusters, kmeans->columns, kmeans->shift);
  *out = kmeans;
  kmeans = NULL;
cleanup:
  recs__release(kmeans);
  return status;
}
