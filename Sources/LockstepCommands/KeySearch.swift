import CommandLineInterface
import Lab

/// Finds the keys of scenario files that a word means.
enum KeySearch {
  /// The key itself, or all keys below it, or all that hold the word; `lane[0].name` is found as `lane[].name`.
  static func find(_ wanted: String, among all: [ScenarioKey]) throws(Failure) -> [ScenarioKey] {
    let plain = plain(wanted)
    let exact = all.filter { key in
      let path = Self.plain(key.path)
      return path == plain || path.hasPrefix(plain + ".")
    }
    let found = exact.isEmpty ? all.filter { Self.plain($0.path).contains(plain) } : exact
    guard found.isEmpty || plain.isEmpty else { return found }
    let near = near(plain, among: all.map(\.path))
    throw Failure(
      .badConfiguration, "there is no key '\(wanted)'",
      advice: near.isEmpty ? "'lockstep config schema' lists all keys." : question(near).capitalized)
  }

  /// Keys and tables with a path, or a last part of one, that differs from the word by little.
  private static func near(_ word: String, among paths: [String]) -> [String] {
    var whole: [String: String] = [:]
    var last: [String: String] = [:]
    for path in paths {
      var steps = path.split(separator: ".")
      while !steps.isEmpty {
        let key = steps.joined(separator: ".")
        whole[plain(key)] = whole[plain(key)] ?? key
        if let name = steps.popLast() { last[plain(String(name))] = last[plain(String(name))] ?? key }
      }
    }
    let near = nearest(to: word, among: Array(whole.keys)).compactMap { whole[$0] }
    if !near.isEmpty { return near }
    let name = word.split(separator: ".").last.map(String.init) ?? word
    return nearest(to: name, among: Array(last.keys)).compactMap { last[$0] }
  }

  /// A path without the places of elements.
  private static func plain(_ path: String) -> String {
    var plain = ""
    var isInside = false
    for character in path {
      if character == "[" { isInside = true }
      if !isInside { plain.append(character) }
      if character == "]" { isInside = false }
    }
    return plain
  }
}
