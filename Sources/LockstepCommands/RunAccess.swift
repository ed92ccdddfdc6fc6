import Catalogue
import CommandLineInterface
import Glibc

/// How commands find the run that a word of a command line means: a folder, or a name in the folder of runs.
enum RunAccess {
  /// Where `lockstep run` puts runs by default.
  static let reports = "Reports"

  static let folder = Option(
    "folder", .folder(), "Where runs are looked up that are named without a path; by default \(reports).")

  /// The folder of the run that a word names: the word itself where there is such a folder, or else as `lockstep runs` prints
  /// it, by the beginning of that, or of its result's hash.
  static func path(of word: String, _ invocation: Invocation) throws -> String {
    let word = trimmed(word)
    // An interrupted run is named by the folder that it was going to be; what reads it says how to go on.
    if isPresent(word) || isPresent(word + ".partial") { return word }
    let reports = reportsFolder(invocation)
    return "\(reports)/\(try find(word, in: try catalogue(reports, for: word)).folder)"
  }

  /// The same for a run that was interrupted, which no catalogue lists: the name without `.partial`.
  static func interruptedPath(of word: String, _ invocation: Invocation) throws -> String {
    var word = trimmed(word)
    if word.hasSuffix(".partial") { word.removeLast(".partial".count) }
    if isPresent(word) || isPresent(word + ".partial") || word.contains("/") { return word }
    let reports = reportsFolder(invocation)
    if isPresent("\(reports)/\(word)") || isPresent("\(reports)/\(word).partial") { return "\(reports)/\(word)" }
    let names = try FolderListing.names(in: isPresent(reports) ? reports : ".")
      .filter { $0.hasSuffix(".partial") }.map { String($0.dropLast(".partial".count)) }
    let matches = names.filter { $0.hasPrefix(word) }
    if matches.count == 1 { return "\(reports)/\(matches[0])" }
    throw missing(word, in: reports, names: names, kind: "interrupted run")
  }

  /// The folder of runs and the name in it that a word of `runs` or `ledger` means; a path names both.
  static func named(_ word: String, _ invocation: Invocation) -> (reports: String, name: String) {
    let word = trimmed(word)
    guard invocation[folder] == nil, let slash = word.lastIndex(of: "/"), isPresent(word) else {
      return (reportsFolder(invocation), word)
    }
    let parent = word[..<slash]
    return (parent.isEmpty ? "/" : String(parent), String(word[word.index(after: slash)...]))
  }

  /// The one run of a catalogue that a word means, or what it may have meant.
  static func find(_ word: String, in catalogue: RunCatalogue) throws -> CatalogueRun {
    let matches = try catalogue.matches(word)
    if matches.count == 1 { return matches[0] }
    guard matches.isEmpty else {
      throw Failure(
        .usage, "'\(word)' means \(matches.count) runs of \(catalogue.folder)",
        advice:
          "They are \(matches.prefix(5).map(\.folder).joined(separator: ", "))\(matches.count > 5 ? ", ..." : ".")")
    }
    throw missing(word, in: catalogue.folder, names: try catalogue.runs().map(\.folder))
  }

  static func reportsFolder(_ invocation: Invocation) -> String { invocation[folder].map(trimmed) ?? reports }

  // MARK: - Parts

  private static func catalogue(_ reports: String, for word: String) throws -> RunCatalogue {
    if let slash = word.lastIndex(of: "/") {
      let folder = slash == word.startIndex ? "/" : String(word[..<slash])
      let names = ((try? FolderListing.names(in: folder)) ?? []).filter { isPresent("\(folder)/\($0)/result.h5") }
      let near = near(String(word[word.index(after: slash)...]), names: names).map { "\(folder)/\($0)" }
      throw Failure(
        .badData, "\(word) holds no finished run", advice: near.isEmpty ? "" : question(near).capitalized)
    }
    guard isPresent(reports) else {
      throw Failure(
        .badData, "there is no run \(word)",
        advice: "There is no folder \(reports) to look it up in either; --folder names another one.")
    }
    let catalogue = try RunCatalogue(folder: reports)
    try catalogue.update()
    return catalogue
  }

  private static func missing(_ word: String, in reports: String, names: [String], kind: String = "run") -> Failure {
    let near = near(word, names: names)
    let advice =
      near.isEmpty ? (names.isEmpty ? "It holds none." : "'lockstep runs' lists them.") : question(near).capitalized
    return Failure(.badData, "there is no \(kind) '\(word)' in \(reports)", advice: advice)
  }

  /// Names that hold the word, or differ from it by little, with and without the day and the hash that a run's own name has.
  private static func near(_ word: String, names: [String]) -> [String] {
    let wanted = word.lowercased()
    let holding = names.filter { !wanted.isEmpty && $0.lowercased().contains(wanted) }
    if !holding.isEmpty { return Array(holding.sorted(by: >).prefix(3)) }
    let whole = nearest(to: word, among: names)
    if !whole.isEmpty { return whole }
    let groups = Dictionary(grouping: names, by: inner)
    return nearest(to: word, among: Array(groups.keys)).compactMap { groups[$0]?.max() }
  }

  /// `quickstart` of `2024-03-01-quickstart-1a2b3c4d`.
  private static func inner(_ name: String) -> String {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 4, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      parts[parts.count - 1].count == 8
    else { return name }
    return parts[3..<(parts.count - 1)].joined(separator: "-")
  }

  private static func trimmed(_ word: String) -> String {
    var word = word
    while word.count > 1, word.hasSuffix("/") { word.removeLast() }
    return word
  }

  private static func isPresent(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

extension String {
  /// With a capital first letter, as a sentence has it.
  var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
