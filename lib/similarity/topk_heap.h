/* The heap of topk.c for one type of entry, worst at the root. Included once for each type, with HEAP_ENTRY, HEAP_BETTER(a, b) and
 * HEAP_NAME(verb) defined. */

/* Lets an entry sink from `place`, whose own is given up. */
static void HEAP_NAME(sink)(HEAP_ENTRY *heap, size_t count, size_t place, HEAP_ENTRY entry) {
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= count)
      break;
    child += child + 1 < count && HEAP_BETTER(heap[child], heap[child + 1]);
    if (!HEAP_BETTER(entry, heap[child]))
      break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = entry;
}

/* Lets an entry rise from the free place behind the heap's `count` entries. */
static void HEAP_NAME(rise)(HEAP_ENTRY *heap, size_t count, HEAP_ENTRY entry) {
  size_t place = count;
  while (place > 0) {
    size_t parent = (place - 1) / 2;
    if (!HEAP_BETTER(heap[parent], entry))
      break;
    heap[place] = heap[parent];
    place = parent;
  }
  heap[place] = entry;
}

/* Takes the worst off again and again and puts it behind the rest: best first in the end. */
static void HEAP_NAME(sort)(HEAP_ENTRY *heap, size_t count) {
  for (size_t rest = count; rest > 1; rest--) {
    HEAP_ENTRY last = heap[rest - 1];
    heap[rest - 1] = heap[0];
    HEAP_NAME(sink)(heap, rest - 1, 0, last);
  }
}

#undef HEAP_ENTRY
#undef HEAP_BETTER
#undef HEAP_NAME
