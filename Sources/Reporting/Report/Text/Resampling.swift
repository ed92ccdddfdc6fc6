/// What texts of the analysis say about blocks, with what a block of one row means.
enum Resampling {
  /// The method as it stands; where blocks hold one row in the mean, what that destroys.
  static func described(_ method: String) -> String {
    let words = method.split(separator: " ")
    guard !method.contains("i.i.d."), let place = words.lastIndex(where: { $0.hasPrefix("block") }),
      words.indices.contains(place + 1)
    else { return method }
    let number = words[place + 1].filter { $0.isNumber || $0 == "." }
    guard let length = Double(number), length <= 1 else { return method }
    return method + " (a block is one row: i.i.d., which destroys autocorrelation)"
  }
}
