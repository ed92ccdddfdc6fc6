import CommandLineInterface
import Glibc
import Lab
import Reporting

/// `lockstep report`: the report of a stored run, or the index of a folder of runs.
enum Report {
  static let folder = Argument<String>(.folder("RUN"), "A run's folder or name, or a folder of runs.")
  static let output = Option(
    "output", short: "o", .file(), "The file; by default report.html or index.html in the folder.")
  static let sections = Option(
    "sections", .text("NAMES"), "Only these sections, with commas between: \(names.joined(separator: ", ")).")
  static let fills = Option(
    "fills", .text("LIST"),
    "Explain these fills instead of the page's own choice: numbers and ranges, such as 7,120-140.")
  static let pdf = Option("print-pdf", .file("PDF"), "Also print the page to this file with a local Chromium.")
  static let names = ReportSection.allCases.map(\.rawValue)

  static let command = Command(
    "report", summary: "Write the report of a run, or an index of a folder of runs.",
    examples: ["report Reports/2024-03-01-quickstart-1a2b3c4d", "report Reports"],
    discussion: """
      The report is one HTML file without network or third-party script, made from result.h5 alone: the ticks are not
      needed. A folder that holds runs instead of a result gets an index page with a table of them.

      A page stays below 600 KB, so that of many fills it explains some: --fills chooses others, with the order-book windows
      that the run kept of them.
      """,
    parameters: [folder, output, sections, fills, pdf, RunAccess.folder]
  ) { invocation in
    let path = try RunAccess.path(of: invocation[folder], invocation)
    let html: String
    let target: String
    if access(path + "/result.h5", F_OK) == 0 {
      let run = try StoredRun(folder: path)
      let wanted = try invocation[fills].map { try numbers($0, below: run.result.fills.count) } ?? []
      html = ReportPage(run.result, try run.analysis(), fills: wanted).html(sections: try chosen(invocation))
      target = invocation[output] ?? path + "/report.html"
    } else {
      html = try index(of: path)
      target = invocation[output] ?? path + "/index.html"
    }
    try OutputPath.write(html, to: target)
    invocation.console.remark("\(target): \(Words.grouped(UInt64(html.utf8.count))) bytes")
    if let file = invocation[pdf] {
      try PagePrinter.print(target, to: file)
      invocation.console.remark("\(file): printed")
    }
    return .success
  }

  private static func chosen(_ invocation: Invocation) throws(Failure) -> [ReportSection] {
    guard let list = invocation[sections] else { return ReportSection.allCases }
    var chosen: [ReportSection] = []
    for name in list.split(separator: ",").map(String.init) {
      guard let section = ReportSection(rawValue: name) else {
        throw Failure(
          .usage, "there is no section '\(name)'", advice: "Sections are: \(names.joined(separator: ", ")).")
      }
      chosen.append(section)
    }
    return chosen
  }

  /// The numbers of a list such as `7,120-140`.
  static func numbers(_ list: String, below count: Int) throws(Failure) -> Set<Int> {
    var numbers: Set<Int> = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends[0], let last = ends[ends.count - 1], first <= last else {
        throw Failure(
          .usage, "'\(part)' is neither the number of a fill nor a range of them",
          advice: "Write numbers and ranges with commas between, such as 7,120-140.")
      }
      guard first >= 0, last < count else {
        throw Failure(
          .badData, "the run has no fill \(first < 0 ? first : last)",
          advice: count == 0 ? "It has no fills." : "Its fills are 0 to \(count - 1).")
      }
      numbers.formUnion(first...last)
    }
    return numbers
  }

  private static func index(of path: String) throws -> String {
    let folders = try FolderListing.names(in: path).filter { access("\(path)/\($0)/result.h5", F_OK) == 0 }
    guard !folders.isEmpty else {
      throw Failure(
        .badData, "\(path) holds neither a run nor folders of runs", advice: "Make one with: lockstep run SCENARIO")
    }
    var found: [IndexPage.Entry] = []
    var unreadable: [(String, String)] = []
    for name in folders {
      do {
        let result = try StoredRun(folder: "\(path)/\(name)").result
        let hasReport = access("\(path)/\(name)/report.html", F_OK) == 0
        found.append(IndexPage.Entry(result, name: name, link: escaped(name) + (hasReport ? "/report.html" : "/")))
      } catch {
        unreadable.append((name, "\(error)"))
      }
    }
    return IndexPage(title: path, found, unreadable: unreadable).html()
  }

  /// A folder's name as part of a relative address.
  private static func escaped(_ name: String) -> String {
    "./"
      + name.utf8.map { byte -> String in
        let isPlain =
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
          || byte == 0x2E || byte == 0x5F
        return isPlain
          ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }.joined()
  }
}
