package dev.weirkeeper.drift.profile;

/** How a label that was never seen relates to the known ones. */
public enum LabelVariant {
  /** Like none of them. */
  NEW,
  /** One of them in other upper and lower case, or in another Unicode form. */
  CASE,
  /** One of them with other blanks before, behind or within it. */
  BLANKS,
  /** One of them with one or two characters mistaken. */
  SPELLING
}
