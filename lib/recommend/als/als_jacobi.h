/* Eigenvalues by one-sided Jacobi (Hestenes 1958), in double; included behind als_tile.h. The compiler makes vectors of these loops
 * by itself, and sums run over eight lanes, so that all targets give the same bits. */

TILE_INLINE double jacobi_dot(const double *restrict x, const double *restrict y, size_t width) {
  double lanes[8] = {0};
  for (size_t i = 0; i < width; i += 8) {
    for (size_t lane = 0; lane < 8; lane++)
      lanes[lane] += x[i + lane] * y[i + lane];
  }
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

TILE_INLINE void jacobi_turn(double *restrict x, double *restrict y, size_t width, double cosine, double sine) {
  for (size_t i = 0; i < width; i++) {
    double kept = x[i];
    x[i] = cosine * kept - sine * y[i];
    y[i] = sine * kept + cosine * y[i];
  }
}

/* Makes two rows of the square orthogonal; 0 when they are, to what floats can tell. `lengths` are the rows' squared ones; two
 * of a product of no more than `nothing` are made of rounding. */
TILE_INLINE int jacobi_settle(double *square, double *vectors, double *lengths, size_t width, size_t i, size_t j,
                              double nothing) {
  double *x = square + i * width, *y = square + j * width;
  double both, zeta, tangent, cosine;
  if (lengths[i] * lengths[j] <= nothing)
    return 0;
  both = jacobi_dot(x, y, width);
  if (both * both <= 1e-14 * lengths[i] * lengths[j])
    return 0;
  zeta = (lengths[j] - lengths[i]) / (2 * both);
  tangent = (zeta < 0 ? -1 : 1) / (__builtin_fabs(zeta) + __builtin_sqrt(1 + zeta * zeta));
  cosine = 1 / __builtin_sqrt(1 + tangent * tangent);
  jacobi_turn(x, y, width, cosine, cosine * tangent);
  jacobi_turn(vectors + i * width, vectors + j * width, width, cosine, cosine * tangent);
  lengths[i] -= tangent * both;
  lengths[j] += tangent * both;
  return 1;
}

TILE_TARGET static void eigen(double *values, double *vectors, double *square, uint32_t width) {
  enum { SWEEPS = 40 };
  int moved = 1;
  memset(vectors, 0, (size_t)width * width * sizeof *vectors);
  for (size_t i = 0; i < width; i++)
    vectors[i * width + i] = 1;
  for (int sweep = 0; sweep < SWEEPS && moved; sweep++) {
    double largest = 0;
    moved = 0;
    for (size_t i = 0; i < width; i++) {
      values[i] = jacobi_dot(square + i * width, square + i * width, width);
      largest = values[i] > largest ? values[i] : largest;
    }
    for (size_t i = 0; i < width; i++) {
      for (size_t j = i + 1; j < width; j++)
        moved |= jacobi_settle(square, vectors, values, width, i, j, 1e-26 * largest * largest);
    }
  }
  for (size_t i = 0; i < width; i++)
    values[i] = __builtin_sqrt(jacobi_dot(square + i * width, square + i * width, width));
}
