/// How many weights of a layer become zero, and where it may be chosen.
public enum SparsityGoal: Sendable, Hashable {
  /// So many of the whole layer.
  case zeros(Int)
  /// So many in every row.
  case zerosInEachRow(Int)
  /// All but so many of each of these groups of columns, in every row; no column is in two groups.
  case groups([[Int]], kept: Int)
}
