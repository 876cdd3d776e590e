/** Part of a copy's generation: raised when the same rules would leave other data than before, so that copies are made anew. */
export const sanitiserRevision = 6;
