import Foundation

/// The public declarations of the module that mention a floating-point number, read from its sources.
enum PublicSurface {
  static var sources: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Analytics").standardized
  }

  static func declarations() throws -> Set<String> {
    var found: Set<String> = []
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      found.formUnion(declarations(in: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
    }
    return found
  }

  static func declarations(in lines: [String]) -> [String] {
    var found: [String] = []
    var types: [(indent: Int, name: String)] = []
    for (number, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }.count
      let words = line.split(separator: " ").map(String.init)
      guard !words.isEmpty, !words[0].hasPrefix("//") else { continue }
      types.removeAll { $0.indent >= indent && line.count > indent && words[0] != "}" && words[0] != ")" }
      let modifiers = ["public", "private", "fileprivate", "indirect", "static", "mutating"]
      let rest = words.drop { modifiers.contains($0) }
      guard let keyword = rest.first else { continue }
      if ["struct", "enum", "class", "extension", "protocol"].contains(keyword), let name = rest.dropFirst().first {
        types.append((indent, String(name.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" })))
        continue
      }
      guard words[0] == "public" else { continue }
      let context = types.map { $0.name + "." }.joined()
      if keyword == "var", let name = rest.dropFirst().first, line.contains("{"), line.contains("Double") {
        found.append(context + name.prefix { $0 != ":" })
      } else if keyword == "func" || keyword.hasPrefix("init") || keyword.hasPrefix("subscript") {
        let signature = signature(lines[number...])
        guard signature.contains("Double") || signature.contains("Matrix") || signature.contains("Float") else {
          continue
        }
        let start = keyword == "func" ? rest.dropFirst().first ?? "" : keyword
        found.append(context + start.prefix { $0.isLetter || $0.isNumber || $0 == "<" } + labels(signature))
      }
    }
    return found
  }

  /// From the declaration to its body.
  private static func signature(_ lines: ArraySlice<String>) -> String {
    var text = ""
    for line in lines {
      text += line.trimmingCharacters(in: .whitespaces) + " "
      if text.count(where: { $0 == "(" }) == text.count(where: { $0 == ")" }), text.contains("{") { break }
    }
    return text
  }

  /// `(_:confidence:)` and the like.
  private static func labels(_ signature: String) -> String {
    var depth = 0
    var labels = ""
    var current = ""
    var previous: Character = " "
    for character in signature.drop(while: { $0 != "(" }) {
      if "([<{".contains(character) { depth += 1 }
      // The arrow of a closure closes nothing.
      if ")]}".contains(character) || (character == ">" && previous != "-") { depth -= 1 }
      previous = character
      if depth == 0 || (depth == 1 && character == ",") {
        let label = current.drop { " (,".contains($0) }.prefix { $0 != ":" && $0 != " " }
        if !label.isEmpty { labels += label + ":" }
        current = ""
        if depth == 0 { break }
      } else {
        current.append(character)
      }
    }
    return "(" + labels + ")"
  }
}
