/// The frame of every page: policy, style, script and data, and nothing from outside the file.
struct HTMLPage {
  var title: String
  var description: String
  var body: String
  /// JSON for the script; empty when the page needs none.
  var data = ""

  func html() -> String {
    let style = StyleSheet.text
    let script = PageScript.text
    let policy =
      "default-src 'none'; script-src 'sha256-\(SHA256.base64(script))'; style-src 'sha256-\(SHA256.base64(style))'; "
      + "img-src data:; base-uri 'none'; form-action 'none'"
    var text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
    text += "<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\"/>\n"
    text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
    text += "<meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n"
    text += "<meta name=\"generator\" content=\"Lockstep\"/>\n"
    text += "<meta name=\"description\" content=\"\(HTML.escape(description))\"/>\n"
    // An icon in the file keeps browsers from asking the server for one.
    text += "<link rel=\"icon\" href=\"data:,\"/>\n"
    text += "<title>\(HTML.escape(title))</title>\n<style>\(style)</style>\n</head>\n<body>\n"
    text += "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
    // Patterns that tell losses from gains without colour.
    text +=
      "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      + "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
      + "<rect width=\"6\" height=\"6\" class=\"hatch-ground\"/><path d=\"M0 0v6\" class=\"hatch-line\"/></pattern>"
      + "<pattern id=\"offers\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
      + "<rect width=\"5\" height=\"5\" class=\"offer-ground\"/><path d=\"M0 0v5\" class=\"offer-line\"/></pattern></defs></svg>\n"
    text += body
    if !data.isEmpty { text += "\n<script type=\"application/json\" id=\"data\">\(data)</script>" }
    text += "\n<script>\(script)</script>\n</body>\n</html>\n"
    return text
  }
}
