import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page as a tree of elements; scripts and styles are left out, and pages are written so that they are XML too.
final class PageElement {
  let name: String
  let attributes: [String: String]
  let line: Int
  weak var parent: PageElement?
  var children: [PageElement] = []
  var text = ""

  init(name: String, attributes: [String: String], line: Int) {
    self.name = name
    self.attributes = attributes
    self.line = line
  }

  var all: [PageElement] { [self] + children.flatMap(\.all) }
  var isInSVG: Bool { name == "svg" || parent?.isInSVG == true }
  var content: String { text + children.map(\.content).joined() }

  func isWithin(_ names: Set<String>) -> Bool {
    guard let parent else { return false }
    return names.contains(parent.name) || parent.isWithin(names)
  }
}

/// What HTML asks of a document beyond being well-formed: which elements may stand where, what attributes they need, and
/// that references, headings and tables fit together. A subset of the standard that covers every element the pages use; an
/// element or attribute beyond it is a finding too.
struct ContentModel {
  private(set) var findings: [String] = []
  private let root: PageElement

  init?(_ page: String) {
    var body = page.replacingOccurrences(of: "<!DOCTYPE html>\n", with: "")
    for tag in ["script", "style"] {
      while let start = body.range(of: "<\(tag)[ >]", options: .regularExpression),
        let end = body.range(of: "</\(tag)>", range: start.upperBound..<body.endIndex)
      {
        body.removeSubrange(start.lowerBound..<end.upperBound)
      }
    }
    let builder = TreeBuilder()
    let parser = XMLParser(data: Data(body.utf8))
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else { return nil }
    self.root = root
    checkDocument()
    for element in root.all { check(element) }
    checkReferences()
    checkHeadings()
  }

  private mutating func say(_ element: PageElement, _ problem: String) {
    findings.append("line \(element.line), \(element.name)#\(element.attributes["id"] ?? ""): \(problem)")
  }

  // MARK: The model

  private static let phrasing: Set<String> = [
    "a", "abbr", "b", "bdi", "br", "button", "cite", "code", "em", "i", "input", "kbd", "label", "output", "select",
    "small",
    "span", "strong", "sub", "sup", "svg", "time", "var",
  ]
  private static let flow = phrasing.union([
    "blockquote", "details", "div", "dl", "figure", "footer", "h1", "h2", "h3", "h4", "header", "hr", "main", "nav",
    "ol",
    "p", "pre", "section", "table", "ul",
  ])
  private static let headings: Set<String> = ["h1", "h2", "h3", "h4", "h5", "h6"]
  private static let interactive: Set<String> = ["a", "button", "details", "input", "label", "select"]
  private static let shapes: Set<String> = ["g", "path", "rect", "circle", "line", "text", "clipPath", "defs", "use"]

  /// Elements that may stand directly in an element; nil for an element that the pages must not use.
  private static func allowed(in name: String) -> Set<String>? {
    switch name {
    case "html": ["head", "body"]
    case "head": ["meta", "title", "link"]
    case "body", "section", "header", "footer", "main", "nav", "div", "blockquote", "li", "dd", "td", "figcaption": flow
    case "figure": flow.union(["figcaption"])
    case "details": flow.union(["summary"])
    case "summary": phrasing.union(headings)
    case "p", "h1", "h2", "h3", "h4", "pre", "dt", "span", "b", "i", "em", "strong", "small", "code", "cite", "a",
      "button",
      "time", "abbr", "output", "label", "sub", "sup", "var", "kbd", "bdi", "caption":
      phrasing
    case "th": phrasing
    case "ul", "ol": ["li"]
    case "dl": ["div", "dt", "dd"]
    case "table": ["caption", "thead", "tbody", "tfoot"]
    case "thead", "tbody", "tfoot": ["tr"]
    case "tr": ["th", "td"]
    case "select": ["option"]
    case "option", "title", "meta", "link", "br", "hr", "input", "desc": []
    case "svg": shapes.union(["title", "desc", "pattern"])
    case "g", "defs": shapes.union(["title", "pattern"])
    case "pattern", "clipPath": shapes
    case "path", "rect", "circle", "line", "text", "use": ["title"]
    default: nil
    }
  }

  private static let mustNotHoldText: Set<String> = [
    "html", "head", "ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "select", "figure", "svg", "g", "defs",
    "pattern", "clipPath", "path", "rect", "body",
  ]

  private static let globalAttributes: Set<String> = [
    "class", "id", "hidden", "lang", "role", "tabindex", "title", "data-f", "data-k", "data-v", "data-id", "data-n",
    "data-metric", "data-x",
  ]
  private static let ariaAttributes: Set<String> = [
    "aria-label", "aria-labelledby", "aria-describedby", "aria-hidden", "aria-live", "aria-sort", "aria-controls",
    "aria-expanded", "aria-pressed",
  ]
  private static let ownAttributes: [String: Set<String>] = [
    "meta": ["charset", "name", "content", "http-equiv"], "link": ["rel", "href"], "a": ["href", "download"],
    "th": ["scope", "colspan", "rowspan", "abbr"], "td": ["colspan", "rowspan"], "details": ["open"],
    "time": ["datetime"], "ol": ["start"], "button": ["type"],
  ]
  private static let drawingAttributes: Set<String> = [
    "class", "id", "role", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "dx",
    "dy",
    "fill", "stroke", "stroke-width", "fill-opacity", "opacity", "transform", "text-anchor", "clip-path",
    "patternUnits", "patternTransform", "preserveAspectRatio", "points", "rx", "font-size", "focusable", "tabindex",
    "stroke-dasharray",
  ]
  private static let roles: Set<String> = [
    "img", "group", "list", "listitem", "note", "status", "region", "presentation",
  ]

  // MARK: Checks

  private mutating func checkDocument() {
    if root.name != "html" || (root.attributes["lang"] ?? "").isEmpty { say(root, "the document has no language") }
    let all = root.all
    for (name, count) in [("head", 1), ("body", 1), ("main", 1), ("h1", 1)]
    where all.count(where: { $0.name == name && !$0.isInSVG }) != count {
      say(root, "wants \(count) \(name)")
    }
    if all.first(where: { $0.name == "title" && !$0.isInSVG })?.content.isEmpty ?? true { say(root, "has no title") }
    if !all.contains(where: { $0.name == "meta" && $0.attributes["charset"] == "utf-8" }) {
      say(root, "has no charset")
    }
    if !all.contains(where: { $0.name == "meta" && $0.attributes["name"] == "viewport" }) {
      say(root, "has no viewport")
    }
  }

  private mutating func check(_ element: PageElement) {
    guard let allowed = Self.allowed(in: element.name) else { return say(element, "is no element of the pages") }
    for child in element.children where !allowed.contains(child.name) {
      // A division groups terms of a list, and only there may terms stand in it.
      if element.name == "div", element.parent?.name == "dl", ["dt", "dd"].contains(child.name) { continue }
      say(child, "must not stand in \(element.name)")
    }
    if Self.mustNotHoldText.contains(element.name), !element.text.allSatisfy(\.isWhitespace) {
      say(element, "must not hold the text “\(element.text.prefix(40))”")
    }
    checkAttributes(element)
    if Self.interactive.contains(element.name), element.isWithin(["a", "button"]) {
      say(element, "stands in another control")
    }
    switch element.name {
    case "table": checkTable(element)
    case "figure":
      let captions = element.children.indices.filter { element.children[$0].name == "figcaption" }
      if captions.contains(where: { $0 != 0 && $0 != element.children.count - 1 }) {
        say(element, "is cut by its caption")
      }
      if captions.isEmpty, element.attributes["aria-labelledby"] == nil {
        say(element, "has neither caption nor label")
      }
    case "details":
      if element.children.first?.name != "summary" { say(element, "does not begin with its summary") }
      if element.children.count(where: { $0.name == "summary" }) != 1 { say(element, "wants one summary") }
    case "section":
      if element.attributes["aria-labelledby"] == nil { say(element, "has no label") }
    case "dl":
      for part in element.children where part.name == "div" && part.children.map(\.name) != ["dt", "dd"] {
        say(part, "wants a term and its description")
      }
    case "ul", "ol":
      if element.children.isEmpty { say(element, "is empty") }
    case "h1", "h2", "h3", "h4", "summary", "caption", "a", "title":
      if element.content.allSatisfy(\.isWhitespace), element.attributes["aria-label"] == nil {
        say(element, "is empty")
      }
    default: break
    }
    if element.name == "a", element.attributes["href"] == nil { say(element, "leads nowhere") }
  }

  private mutating func checkAttributes(_ element: PageElement) {
    for (name, value) in element.attributes {
      let isKnown =
        Self.ariaAttributes.contains(name)
        || (element.isInSVG
          ? Self.drawingAttributes.contains(name) || name.hasPrefix("data-")
          : Self.globalAttributes.contains(name) || Self.ownAttributes[element.name]?.contains(name) == true)
      if !isKnown { say(element, "the attribute \(name) is none of its own") }
      if name == "id", value.isEmpty || value.contains(where: \.isWhitespace) {
        say(element, "the id “\(value)” is none")
      }
      if name.hasPrefix("aria-"), value.isEmpty { say(element, "\(name) is empty") }
    }
    if let role = element.attributes["role"] {
      if !Self.roles.contains(role) { say(element, "has the role \(role)") }
      let isNamed = element.attributes["aria-label"] != nil || element.attributes["aria-labelledby"] != nil
      if ["img", "group", "region"].contains(role), !isNamed { say(element, "the role \(role) wants a label") }
    }
    if let index = element.attributes["tabindex"] {
      if index != "0", index != "-1" { say(element, "changes the order of tabs") }
      if element.attributes["role"] == nil { say(element, "can be focused and has no role") }
    }
    if element.attributes["aria-hidden"] == "true",
      element.all.contains(where: { Self.interactive.contains($0.name) || $0.attributes["tabindex"] != nil })
    {
      say(element, "hides what can be focused")
    }
    if element.name == "svg", element.attributes["aria-hidden"] != "true" {
      if element.attributes["role"] != "img" { say(element, "a picture that is shown is an image") }
      if element.children.prefix(2).map(\.name) != ["title", "desc"] {
        say(element, "wants a title and a description")
      }
    }
  }

  private mutating func checkTable(_ table: PageElement) {
    if table.children.first?.name != "caption" { say(table, "does not begin with its caption") }
    let parts = table.children.map(\.name).filter { $0 != "caption" }
    if parts != ["thead", "tbody"] { say(table, "wants a head and one body, not \(parts)") }
    func cells(_ row: PageElement) -> Int {
      row.children.reduce(0) { $0 + (Int($1.attributes["colspan"] ?? "1") ?? 1) }
    }
    let rows = table.all.filter { $0.name == "tr" }
    guard let head = rows.first else { return say(table, "has no rows") }
    for row in rows where cells(row) != cells(head) { say(row, "has \(cells(row)) cells under \(cells(head)) heads") }
    for cell in table.all where cell.name == "th" {
      let wanted = cell.isWithin(["thead"]) ? "col" : "row"
      if cell.attributes["scope"] != wanted { say(cell, "wants the scope \(wanted)") }
    }
    for row in rows where !row.isWithin(["thead"]) && row.children.first?.name != "th" {
      say(row, "does not begin with what it is about")
    }
  }

  private mutating func checkReferences() {
    var ids: Set<String> = []
    for element in root.all {
      if let id = element.attributes["id"], !ids.insert(id).inserted { say(element, "the id \(id) stands twice") }
    }
    for element in root.all {
      for name in ["aria-labelledby", "aria-describedby", "aria-controls"] {
        for id in (element.attributes[name] ?? "").split(separator: " ") where !ids.contains(String(id)) {
          say(element, "\(name) names \(id), which is not there")
        }
      }
      if let target = element.attributes["href"], target.hasPrefix("#"), !ids.contains(String(target.dropFirst())) {
        say(element, "leads to \(target), which is not there")
      }
      if let clip = element.attributes["clip-path"], clip.hasPrefix("url(#"),
        !ids.contains(String(clip.dropFirst(5).dropLast()))
      {
        say(element, "is cut by \(clip), which is not there")
      }
    }
  }

  /// No level is left out on the way down.
  private mutating func checkHeadings() {
    var last = 0
    for heading in root.all where Self.headings.contains(heading.name) && !heading.isInSVG {
      let level = Int(heading.name.dropFirst()) ?? 0
      if level > last + 1 { say(heading, "follows a heading of level \(last)") }
      last = level
    }
  }
}

private final class TreeBuilder: NSObject, XMLParserDelegate {
  var root: PageElement?
  private var open: [PageElement] = []

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let element = PageElement(name: name, attributes: attributes, line: parser.lineNumber)
    element.parent = open.last
    open.last?.children.append(element)
    if root == nil { root = element }
    open.append(element)
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.text += string }
}
