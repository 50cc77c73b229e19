package dev.weirkeeper.drift.taxonomy;

import java.util.Arrays;

/**
 * The assignment problem: gives each row at most one column and each column at most one row so that
 * the sum of scores is greatest. The Hungarian method with potentials (Kuhn 1955, Munkres 1957), in
 * O(n^2 m).
 */
final class Assignment {
  private Assignment() {}

  /**
   * @param scores by row and column, none negative
   * @return by row the column, or -1 where no score above 0 is left for it
   */
  static int[] best(double[][] scores) {
    int rows = scores.length;
    int columns = rows == 0 ? 0 : scores[0].length;
    // As many columns as rows at least: a row may go without.
    int width = rows + columns;
    double[] rowPotential = new double[rows + 1];
    double[] columnPotential = new double[width + 1];
    int[] rowOf = new int[width + 1];
    int[] way = new int[width + 1];
    for (int row = 1; row <= rows; row++) {
      rowOf[0] = row;
      int column = 0;
      double[] least = new double[width + 1];
      Arrays.fill(least, Double.POSITIVE_INFINITY);
      boolean[] used = new boolean[width + 1];
      do {
        used[column] = true;
        int from = rowOf[column];
        double delta = Double.POSITIVE_INFINITY;
        int next = 0;
        for (int j = 1; j <= width; j++) {
          if (used[j]) {
            continue;
          }
          double cost = j <= columns ? -scores[from - 1][j - 1] : 0;
          double reduced = cost - rowPotential[from] - columnPotential[j];
          if (reduced < least[j]) {
            least[j] = reduced;
            way[j] = column;
          }
          if (least[j] < delta) {
            delta = least[j];
            next = j;
          }
        }
        for (int j = 0; j <= width; j++) {
          if (used[j]) {
            rowPotential[rowOf[j]] += delta;
            columnPotential[j] -= delta;
          } else {
            least[j] -= delta;
          }
        }
        column = next;
      } while (rowOf[column] != 0);
      do {
        int before = way[column];
        rowOf[column] = rowOf[before];
        column = before;
      } while (column != 0);
    }
    int[] columnOf = new int[rows];
    Arrays.fill(columnOf, -1);
    for (int j = 1; j <= columns; j++) {
      if (rowOf[j] > 0 && scores[rowOf[j] - 1][j - 1] > 0) {
        columnOf[rowOf[j] - 1] = j - 1;
      }
    }
    return columnOf;
  }
}
