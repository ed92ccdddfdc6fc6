import CommandLineInterface
import FuzzSupport

// Any words are parsed or refused; words are separated by line feeds.
let count = Option("count", short: "n", .integer(in: 0...9), isRepeated: true, "A number.")
let time = Option("time", .time(), "A time.")
let setting = Option("set", .keyAndValue(), isRepeated: true, "A setting.")
let file = Argument<String>(.file(), "A file.")
let rest = Argument<String>(.choice("WORD", of: ["one", "three"]), isRequired: false, isRepeated: true, "Words.")
let program = Program(
  "fuzz", version: "1", summary: "A program.",
  commands: [
    Command("run", summary: "Run.", parameters: [count, time, setting, file, rest]) { _ in .success },
    Command("group", summary: "Group.", subcommands: [Command("show", summary: "Show.") { _ in .success }]),
  ])

fuzz { bytes in
  let words = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  try? program.check(words)
}
