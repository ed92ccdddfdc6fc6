/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
///
/// Optimal string alignment distance; words longer than 64 bytes are compared by their first 64.
func editDistance(_ left: String, _ right: String) -> Int {
  let a = Array(left.utf8.prefix(64))
  let b = Array(right.utf8.prefix(64))
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [Int](repeating: i + 1, count: b.count + 1)
    for j in 0..<b.count {
      var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
      row[j + 1] = best
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}

/// The known words a mistyped one may stand for, nearest first.
package func nearest(to word: String, among words: [String]) -> [String] {
  let limit = max(1, word.utf8.count / 3)
  return
    words
    .map { (word: $0, distance: $0.hasPrefix(word) && word.utf8.count >= 3 ? 0 : editDistance(word, $0)) }
    .filter { $0.distance <= limit }
    .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
    .prefix(3).map(\.word)
}

/// "; did you mean 'import'?", or nothing when no known word is near.
func suggestion(for word: String, among words: [String], prefix: String = "") -> String {
  let near = nearest(to: word, among: words).map { "\(prefix)\($0)" }
  return near.isEmpty ? "" : "; " + question(near)
}

/// "did you mean 'import' or 'export'?", for words that are near.
package func question(_ near: [String]) -> String {
  "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
}
