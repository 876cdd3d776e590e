/** What free text becomes: words of our own that say nothing, repeated to the length class of what stood there. */
export const filler =
  "Nothing of the earlier text is left here. This line only keeps the page as long as it was, so that lists, " +
  "letters and forms look in the test environment as they look in the real one. ";
