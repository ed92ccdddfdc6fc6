import CommandLineInterface
import MarketTypes
import TickStore

/// The findings on a tick file, as text and as JSON.
struct InspectReport {
  let path: String
  let inspection: TickInspection
  let crossed: CrossedSpans

  /// What replay can rebuild from the file.
  private var schema: String {
    let parts: [(String, String)] = [
      ("add", "orders"), ("setLevel", "levels"), ("quote", "quotes"), ("trade", "trades"), ("bar", "bars"),
      ("status", "status"),
    ]
    let held = parts.filter { inspection.operations[$0.0] != nil }.map(\.1)
    return held.isEmpty ? "no events" : held.joined(separator: ", ")
  }

  /// Operations in the order of their numbers.
  private var operations: [(name: String, count: UInt64)] {
    EventCode.Operation.allCases.compactMap { operation in
      inspection.operations["\(operation)"].map { ("\(operation)", $0) }
    }
  }

  /// What the figures mean that a reader might overlook.
  private var notes: [String] {
    var notes: [String] = []
    if inspection.eventCount == 0 { notes.append("there are no events, so nothing can be replayed") }
    if let first = inspection.firstTime, let last = inspection.lastTime, first >= .init(nanoseconds: 0),
      last < Self.year1971
    {
      notes.append("times count from 1970-01-01, as if no day was stated; import again with --date")
    }
    return notes
  }

  private static let year1971 = Timestamp(nanoseconds: 365 * 86_400_000_000_000)

  // MARK: - Text

  var text: String {
    var lines = [path] + headLines
    lines += ["", "Instruments"] + instrumentLines
    lines += ["", "Events"] + operationLines
    lines += ["", "Columns"] + columnLines
    if !inspection.gaps.isEmpty { lines += ["", "Longest times without an event"] + gapLines }
    lines += ["", "Crossed spans: \(crossed.total)"] + crossedLines
    return lines.joined(separator: "\n") + "\n"
  }

  private var headLines: [String] {
    var lines = [
      "  schema        \(schema)",
      "  events        \(Words.grouped(inspection.eventCount)) in \(inspection.blockCount) blocks, "
        + "\(inspection.keyframeCount) keyframes",
      "  size          \(Words.grouped(UInt64(inspection.fileBytes))) bytes, "
        + "\(Words.decimal(inspection.bytesPerEvent, 2)) per event, of these \(Words.decimal(inspection.hotBytesPerEvent, 2)) hot",
    ]
    if let first = inspection.firstTime?.nanoseconds, let last = inspection.lastTime?.nanoseconds {
      lines.append("  from          \(TimeText.iso8601(first))")
      lines.append("  to            \(TimeText.iso8601(last))  (\(Words.duration(last &- first)))")
    }
    if inspection.timeStepsBack > 0 {
      lines.append("  steps back    \(Words.grouped(inspection.timeStepsBack)) in time")
    }
    if inspection.orphanCount > 0 {
      lines.append("  orphans       \(Words.grouped(inspection.orphanCount)) events on orders never announced")
    }
    return lines + notes.map { "  note          \($0)" }
  }

  private var instrumentLines: [String] {
    let limit = 40
    var rows = [["", "symbol", "venue", "currency", "tick", "lot", "events"]]
    for (index, instrument) in inspection.instruments.prefix(limit).enumerated() {
      rows.append([
        "", instrument.symbol, instrument.venue, instrument.currency, instrument.tick.description,
        instrument.lot.description, Words.grouped(inspection.eventsByInstrument[index]),
      ])
    }
    let rest = inspection.instruments.count - limit
    return Words.columns(rows) + (rest > 0 ? ["  and \(rest) more"] : [])
  }

  private var operationLines: [String] {
    Words.columns(
      operations.map { name, count in
        ["", name, Words.grouped(count), Words.percent(Double(count), of: Double(inspection.eventCount))]
      })
  }

  private var columnLines: [String] {
    var rows = [["", "column", "", "encodings", "values", "bytes", "bytes per event"]]
    for column in inspection.columns {
      let encodings = column.encodings.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map(\.key)
      rows.append([
        "", column.name, column.isHot ? "hot" : "cold", encodings.joined(separator: " "), Words.grouped(column.values),
        Words.grouped(UInt64(column.bytes)), Words.decimal(perEvent(column.bytes), 3),
      ])
    }
    return Words.columns(rows)
  }

  private func perEvent(_ bytes: Int) -> Double { Double(bytes) / Double(max(1, inspection.eventCount)) }

  private var gapLines: [String] {
    inspection.gaps.map {
      "  \(TimeText.iso8601($0.after.nanoseconds)) and the next \(Words.duration($0.nanoseconds))"
    }
  }

  private var crossedLines: [String] {
    var lines: [String] = []
    for (index, findings) in crossed.instruments.enumerated() {
      for span in findings.first {
        lines.append(
          "  \(inspection.instruments[index].symbol)  \(TimeText.iso8601(span.from)) to \(TimeText.iso8601(span.to)), "
            + "\(Words.duration(span.to &- span.from)), \(Words.grouped(UInt64(span.states))) states")
      }
      let rest = findings.count - findings.first.count
      if rest > 0 { lines.append("  \(inspection.instruments[index].symbol)  and \(rest) more") }
    }
    return lines
  }

  // MARK: - JSON

  var json: JSONValue {
    .object([
      "file": .string(path), "schema": .string(schema), "formatVersion": .integer(inspection.formatVersion),
      "events": .integer(inspection.eventCount), "orphans": .integer(inspection.orphanCount),
      "bytes": .integer(inspection.fileBytes), "bytesPerEvent": .number(inspection.bytesPerEvent),
      "hotBytesPerEvent": .number(inspection.hotBytesPerEvent), "blocks": .integer(inspection.blockCount),
      "blockCapacity": .integer(inspection.blockCapacity), "keyframes": .integer(inspection.keyframeCount),
      "keyframeBytes": .integer(inspection.keyframeBytes), "from": Self.time(inspection.firstTime),
      "to": Self.time(inspection.lastTime), "timeStepsBack": .integer(inspection.timeStepsBack),
      "operations": .object(operations.map { .init(key: $0.name, value: .integer($0.count)) }),
      "instruments": .array(inspection.instruments.indices.map(instrumentJSON)),
      "columns": .array(inspection.columns.map(columnJSON)),
      "gaps": .array(
        inspection.gaps.map {
          .object(["after": .integer($0.after.nanoseconds), "nanoseconds": .integer($0.nanoseconds)])
        }),
      "crossedSpans": .integer(crossed.total), "notes": .array(notes.map { .string($0) }),
    ])
  }

  private static func time(_ time: Timestamp?) -> JSONValue { time.map { .integer($0.nanoseconds) } ?? .null }

  private func instrumentJSON(_ index: Int) -> JSONValue {
    let instrument = inspection.instruments[index]
    let findings = crossed.instruments[index]
    return .object([
      "symbol": .string(instrument.symbol), "venue": .string(instrument.venue),
      "tick": .decimal(instrument.tick.description), "lot": .decimal(instrument.lot.description),
      "multiplier": .decimal(instrument.multiplier.description), "currency": .string(instrument.currency),
      "settlement": .string("\(instrument.settlement)"), "sourceIdentifier": .integer(instrument.sourceIdentifier),
      "events": .integer(inspection.eventsByInstrument[index]), "crossedSpans": .integer(findings.count),
      "firstCrossedSpans": .array(
        findings.first.map {
          .object(["from": .integer($0.from), "to": .integer($0.to), "states": .integer($0.states)])
        }),
    ])
  }

  private func columnJSON(_ column: TickInspection.Column) -> JSONValue {
    .object([
      "name": .string(column.name), "section": .string(column.isHot ? "hot" : "cold"),
      "bytes": .integer(column.bytes), "bytesPerEvent": .number(perEvent(column.bytes)),
      "values": .integer(column.values),
      "encodings": .object(
        column.encodings.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .integer($0.value)) }),
    ])
  }
}
