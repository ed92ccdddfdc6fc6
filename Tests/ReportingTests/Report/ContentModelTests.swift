import ReportSupport
import Testing

@testable import Reporting

/// Every kind of page keeps to what HTML allows, and the check finds what it should.
@Suite struct ContentModelTests {
  @Test(arguments: ReportPageTests.runs.keys.sorted())
  func reportsAreValid(name: String) throws {
    try check(ReportPageTests.page(name))
  }

  @Test(arguments: [["maker", "one-lane"], ["maker", "hostile", "empty"], ["days", "ruined", "flat"]])
  func comparisonsAreValid(names: [String]) throws {
    try check(ComparePage(ReportPageTests.compared(names)).html())
  }

  @Test func indexAndPartsAreValid() throws {
    let entries = ReportPageTests.runs.sorted { $0.key < $1.key }.map { name, run in
      IndexPage.Entry(run, name: name == "hostile" ? run.identity.name : name, link: "./\(name)/report.html")
    }
    try check(IndexPage(title: "Reports", entries, unreadable: [("torn", "the file is cut short")]).html())
    let run = try #require(ReportPageTests.runs["maker"])
    let page = ReportPage(run, try #require(ReportPageTests.analyses["maker"]))
    for section in ReportSection.allCases { try check(page.html(sections: [section])) }
  }

  private func check(_ page: String) throws {
    let model = try #require(ContentModel(page), "the page is well-formed")
    #expect(model.findings.isEmpty, "\(model.findings.prefix(12).joined(separator: "\n"))")
  }

  @Test(
    "Each kind of fault is found",
    arguments: [
      ("<p><div></div></p>", "must not stand in p"), ("<ul><p>a</p></ul>", "must not stand in ul"),
      ("<ul></ul>", "is empty"), ("<table><tbody><tr><td>1</td></tr></tbody></table>", "its caption"),
      (
        "<table><caption>c</caption><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><th scope=\"row\">1</th><td>2</td></tr></tbody></table>",
        "2 cells under 1"
      ),
      (
        "<table><caption>c</caption><thead><tr><th>a</th></tr></thead><tbody><tr><th scope=\"row\">1</th></tr></tbody></table>",
        "wants the scope col"
      ),
      ("<h4>deep</h4>", "follows a heading of level 1"), ("<p id=\"a\">1</p><p id=\"a\">2</p>", "stands twice"),
      ("<a href=\"#nowhere\">x</a>", "which is not there"), ("<a>x</a>", "leads nowhere"),
      ("<section><h2>a</h2></section>", "has no label"), ("<div role=\"img\"></div>", "wants a label"),
      ("<div aria-labelledby=\"gone\"></div>", "names gone"),
      ("<figure><p>a</p></figure>", "neither caption nor label"),
      ("<details><p>a</p></details>", "its summary"), ("<marquee>a</marquee>", "is no element of the pages"),
      ("<p onclick=\"x\">a</p>", "the attribute onclick"), ("<svg viewBox=\"0 0 1 1\"></svg>", "is an image"),
      ("<a href=\"./x\"><button>b</button></a>", "stands in another control"),
      ("<p tabindex=\"3\">a</p>", "order of tabs"),
      ("<div aria-hidden=\"true\"><a href=\"./x\">a</a></div>", "hides what can be focused"),
    ])
  func faultsAreFound(body: String, words: String) throws {
    let page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"x\"/>"
      + "<title>t</title></head><body><main><h1>t</h1>\(body)</main></body></html>"
    let model = try #require(ContentModel(page))
    #expect(model.findings.contains { $0.contains(words) }, "\(model.findings)")
    let sound = try #require(ContentModel(page.replacing(body, with: "<p>sound</p>")))
    #expect(sound.findings.isEmpty, "\(sound.findings)")
  }
}
