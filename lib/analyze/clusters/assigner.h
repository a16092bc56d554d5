/* Clusters that new rows are placed into, in a file. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_ASSIGNER_H
#define RECS_LIB_ANALYZE_CLUSTERS_ASSIGNER_H

#include <recs/analyze.h>

#include "lib/base/stream.h"

int32_t recs__assigner_write(const recs_assigner *assigner, recs__writer *writer);
int32_t recs__assigner_read(recs_assigner **out, recs__reader *reader);

#endif
