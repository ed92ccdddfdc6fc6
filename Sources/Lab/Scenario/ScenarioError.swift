/// What is wrong in a scenario file: where, which key, what, and what to write instead.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// From 1; 0 when the whole file is meant.
  public var line: Int
  /// The path of the key, such as `instrument[0].flow.limit_rate`; empty when none is meant.
  public var key: String
  public var problem: String
  /// What to write instead; empty when the problem says it all.
  public var advice: String
  /// The file could not be read at all.
  public var isUnreadable: Bool

  public init(
    file: String, line: Int, key: String, problem: String, advice: String = "", isUnreadable: Bool = false
  ) {
    self.file = file
    self.line = line
    self.key = key
    self.problem = problem
    self.advice = advice
    self.isUnreadable = isUnreadable
  }

  public var description: String {
    var text = file
    if line > 0 { text += ":\(line)" }
    if !key.isEmpty { text += ": \(key)" }
    text += ": \(problem)"
    return advice.isEmpty ? text : text + "; \(advice)"
  }
}

/// The known key nearest to a mistyped one (Levenshtein distance of at most a third of it), if any.
func nearestKey(to word: String, among known: [String]) -> String? {
  let word = Array(word.utf8.prefix(64))
  var best: (distance: Int, key: String)?
  for key in known {
    let other = Array(key.utf8.prefix(64))
    var row = Array(0...other.count)
    for (index, byte) in word.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for place in other.indices {
        let replaced = diagonal + (byte == other[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(replaced, diagonal + 1, row[place] + 1)
      }
    }
    let distance = row[other.count]
    if distance <= max(1, max(word.count, other.count) / 3), distance < best?.distance ?? .max {
      best = (distance, key)
    }
  }
  return best?.key
}
