import Foundation
import ReportSupport
import Testing

@testable import Reporting

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Pages of every kind of run: well-formed, small, the same again, and harmless.
@Suite struct ReportPageTests {
  static let runs: [String: RunResult] = [
    "days": ReportRuns.days(300, fills: 80), "maker": ReportRuns.makerDay(fills: 90, lanes: 12, samples: 500),
    "quiet": ReportRuns.quiet(), "ruined": ReportRuns.ruined(), "empty": ReportRuns.empty(),
    "hostile": ReportRuns.hostile(), "one-lane": ReportRuns.makerDay(fills: 7, lanes: 1, samples: 60),
    "one-day": ReportRuns.days(1, fills: 2), "flat": ReportRuns.flat(),
  ]

  /// Each analysed once for all tests that look at it.
  static let analyses: [String: RunAnalysis] = runs.mapValues { RunAnalysis($0, settings: .quick) }

  static let pages: [String: String] = Dictionary(
    uniqueKeysWithValues: runs.compactMap { name, run in analyses[name].map { (name, ReportPage(run, $0).html()) } })

  static func context(_ name: String) throws -> ReportContext {
    let run = try #require(runs[name])
    return ReportContext(run, RunFigures(run, try #require(analyses[name])))
  }

  static func compared(_ names: [String]) throws -> [(name: String, result: RunResult, analysis: RunAnalysis)] {
    try names.map { (name: $0, result: try #require(runs[$0]), analysis: try #require(analyses[$0])) }
  }

  static func page(_ name: String) throws -> String { try #require(pages[name]) }

  @Test(arguments: ["days", "maker", "quiet", "ruined", "empty", "hostile", "one-lane", "one-day", "flat"])
  func isWellFormed(name: String) throws {
    let page = try Self.page(name)
    try Self.keep(page, name)
    try Self.checkMarkup(page)
    #expect(page.utf8.count < 600_000)
    let main = try #require(page.range(of: "<main"))
    let shown = page[main.lowerBound..<(page.range(of: "</main>") ?? main).lowerBound]
    for word in ["NaN", "nan%", "inf%", "Optional(", "∞"] { #expect(!shown.contains(word), "\(name) shows \(word)") }
    for section in ReportSection.allCases { #expect(page.contains("<section id=\"\(section.rawValue)\"")) }
  }

  /// Writes a page where somebody wants to look at it.
  static func keep(_ page: String, _ name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_PAGES"] else { return }
    try page.write(toFile: "\(folder)/\(name).html", atomically: true, encoding: .utf8)
  }

  /// The page is written so that it is XML too; scripts, styles and the doctype apart.
  static func checkMarkup(_ page: String) throws {
    var body = page
    for tag in ["script", "style"] {
      while let start = body.range(of: "<\(tag)>"),
        let end = body.range(of: "</\(tag)>", range: start.upperBound..<body.endIndex)
      {
        body.removeSubrange(start.lowerBound..<end.upperBound)
      }
    }
    #expect(!body.contains(" style=\""), "the policy forbids inline styles")
    #expect(body.range(of: " on[a-z]+=\"", options: .regularExpression) == nil, "the policy forbids inline handlers")
    let doctype = "<!DOCTYPE html>\n"
    #expect(body.hasPrefix(doctype))
    let parser = XMLParser(data: Data(body.dropFirst(doctype.count).utf8))
    let collector = Collector()
    parser.delegate = collector
    let isParsed = parser.parse()
    #expect(isParsed, "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")")
    #expect(Set(collector.ids).count == collector.ids.count, "ids are unique")
    #expect(collector.references.isSubset(of: collector.ids), "labels point to what exists")
    #expect(collector.figures == collector.captions)
    #expect(!collector.elements.contains("img"))
  }

  final class Collector: NSObject, XMLParserDelegate {
    var ids: [String] = []
    var references: Set<String> = []
    var elements: Set<String> = []
    var figures = 0
    var captions = 0

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.insert(name)
      if let id = attributes["id"] { ids.append(id) }
      if name == "figure" { figures += 1 }
      if name == "desc" { captions += 1 }
      for part in (attributes["aria-labelledby"] ?? "").split(separator: " ") { references.insert(String(part)) }
    }
  }

  @Test func sameRunGivesTheSameBytes() throws {
    let run = ReportRuns.makerDay(fills: 24, lanes: 12, samples: 120)
    let pages = (0..<2).map { _ in ReportPage(run, RunAnalysis(run, settings: .bare)).html() }
    #expect(pages[0] == pages[1])
  }

  @Test func policyHoldsTheHashesOfWhatRuns() throws {
    let page = try Self.page("days")
    #expect(page.contains("default-src 'none'"))
    for tag in ["script", "style"] {
      let start = try #require(page.range(of: "<\(tag)>"))
      let end = try #require(page.range(of: "</\(tag)>", range: start.upperBound..<page.endIndex))
      let hash = SHA256.base64(String(page[start.upperBound..<end.lowerBound]))
      #expect(page.contains("\(tag)-src 'sha256-\(hash)'"))
    }
    #expect(PageScript.text.utf8.count < 33_000, "about 30 KB")
    #expect(!page.contains("http://") && !page.contains("https://"))
  }

  @Test func namesCannotBreakOut() throws {
    let page = try Self.page("hostile")
    #expect(page.contains("&lt;script&gt;"))
    #expect(!page.contains("<script>alert") && !page.contains("<img"))
    // The data block, the script, and nothing else.
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(!page.contains("\u{0}"))
  }

  @Test func missingPartsSayWhy() throws {
    let quiet = try Self.page("quiet")
    #expect(quiet.contains("<b>Everything about trades</b> left out: the run has no fills."))
    #expect(quiet.contains("<b>The pessimistic re-run</b> left out"))
    #expect(quiet.contains("never traded"))
    let empty = try Self.page("empty")
    #expect(empty.contains("left out"))
    #expect(try Self.page("ruined").contains("The account was ruined"))
    #expect(try Self.page("one-lane").contains("the run has one lane"))
    // The least a run can hold still says what it was, and why there is no more.
    #expect(empty.contains("its equity was never sampled"))
    let day = try Self.page("one-day")
    #expect(day.contains("fewer than") && day.contains("sessions"))
    #expect(day.contains("The run is taken as one period"))
    let gain = try #require(Self.runs["one-day"]?.lanes.first?.profit)
    #expect(gain != 0 && day.contains(NumberStyle.money(2).signedText(gain)))
    #expect(day.contains("<b>Histogram and QQ plot of returns</b> left out"))
    let flat = try Self.page("flat")
    #expect(flat.contains("ended where it began"))
    #expect(flat.contains("Equity never fell below an earlier high."))
    #expect(flat.contains("The account never fell below an earlier high."))
  }

  @Test func sectionsCanBeChosen() throws {
    let run = try #require(Self.runs["maker"])
    let page = ReportPage(run, try #require(Self.analyses["maker"])).html(sections: [.summary, .provenance])
    #expect(page.contains("<section id=\"summary\""))
    #expect(!page.contains("<section id=\"trades\""))
    #expect(page.utf8.count < 150_000)
  }

  @Test func tellsWhatWasThinned() throws {
    let run = ReportRuns.makerDay(fills: 300, lanes: 1, samples: 600)
    let page = ReportPage(run, RunAnalysis(run, settings: .bare)).html()
    #expect(page.contains("of 601 points"))
    #expect(page.contains("fills of each side are drawn"))
    #expect(page.utf8.count < 600_000)
  }

  /// Fills that the data of a page tells of.
  static func recordedFills(_ page: String) -> [Int] {
    guard let start = page.range(of: "\"rows\":[", options: .backwards),
      let end = page.range(of: "]", range: start.upperBound..<page.endIndex)
    else { return [] }
    return page[start.upperBound..<end.lowerBound].split(separator: ",").filter { $0.hasPrefix("\"") }
      .compactMap { Int($0.dropFirst().prefix { $0 != "|" }) }
  }

  private static func numbers(_ page: String, _ pattern: String) -> [Int] {
    guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
    return expression.matches(in: page, range: NSRange(page.startIndex..., in: page)).flatMap { match in
      Range(match.range(at: 1), in: page).map { page[$0].split(separator: ",").compactMap { Int($0) } } ?? []
    }
  }

  /// Whoever points at a fill gets its reason, and whoever reads without scripts the command that shows its book.
  @Test(arguments: [[], [5]])
  func everyDrawnFillOpensItsReason(wanted: [Int]) throws {
    let run = ReportRuns.days(60, fills: 1_500)
    let page = ReportPage(run, RunAnalysis(run, settings: .bare), fills: Set(wanted)).html(sections: [.trades])
    let drawn = Self.numbers(page, "\"h\":\\[([0-9,]*)\\]")
    let told = Set(Self.numbers(page, "<details id=\"fill-([0-9]+)\""))
    let records = Self.recordedFills(page)
    #expect(drawn.count > 100 && records.count > 100 && told.isDisjoint(with: records))
    #expect(Set(drawn).isSubset(of: told.union(records)))
    #expect(records == records.sorted() && Set(records).count == records.count)
    #expect(wanted.isEmpty ? told.count > 100 : told == [5])
    let hash = run.identity.resultHash.prefix(12)
    for fill in told { #expect(page.contains("<code>lockstep explain \(hash) \(fill)</code>")) }
  }

  @Test func phrasesAndValuesOfAFillAreKeptApart() {
    var text: FillText = "It was \(phrase: "sold") at \("4,000")"
    text += ", \("12 ms") before."
    #expect(text.phrases == ["It was sold at ", ", ", " before."] && text.values == ["4,000", "12 ms"])
    #expect(text.plain == "It was sold at 4,000, 12 ms before.")
    let none: FillText = "Nothing."
    #expect(none.plain == "Nothing." && none.values.isEmpty)
  }

  /// A page that would be too large has fewer points in its charts, and they say so.
  @Test func chartsGiveWayWhereAPageWouldBeTooLarge() throws {
    let run = try #require(Self.runs["maker"])
    let page = ReportPage(run, try #require(Self.analyses["maker"]))
    let whole = page.html(sections: [.returns])
    let less = page.html(sections: [.returns], below: whole.utf8.count - 1)
    #expect(less.utf8.count < whole.utf8.count && less.contains("Drawn from "))
    #expect(page.html(sections: [.returns], below: 0).utf8.count < less.utf8.count)
  }

  /// Whatever there was, the page stays small: ten years with 100,000 fills where tests may be long, less elsewhere.
  @Test func manyFillsOverManyDaysStaySmall() throws {
    let isLong = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil
    let run = ReportRuns.days(isLong ? 2520 : 260, fills: isLong ? 100_000 : 1200)
    let page = ReportPage(run, RunAnalysis(run, settings: .bare)).html()
    #expect(page.utf8.count <= 600_000)
    // It is the fills with room for them that are told, and the page says how many of all.
    #expect(page.contains("of \(Format.count(run.fills.count)) fills, numbered from 0"))
    #expect(page.contains("because the page stays below 600 KB") && page.contains("--fills LIST"))
  }
}
