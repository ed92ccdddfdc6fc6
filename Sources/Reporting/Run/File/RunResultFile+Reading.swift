import MarketTypes

extension RunResultFile {
  /// Reads a result that `write` made. Any bytes give a result whose parts fit together, or an error that says what is
  /// wrong where; whether `identity.resultHash` is true is told by `RunResult.contentHash()`.
  public static func read(_ path: String) throws(HDF5Error) -> RunResult {
    try read(HDF5Reader(try HDF5Reader.contents(of: path), name: path))
  }

  /// Reads the bytes of a result file; `name` stands for the file in errors.
  public static func read(bytes: [UInt8], name: String = "result") throws(HDF5Error) -> RunResult {
    try read(HDF5Reader(bytes, name: name))
  }

  static func read(_ file: HDF5Reader) throws(HDF5Error) -> RunResult {
    let root = try file.attributes(of: "/")
    guard root["format"] == "lockstep run" else { throw file.file.fault("is no result of a Lockstep run") }
    guard root["schema_version"] == .integer(Int64(ResultSchema.version)) else {
      throw file.file.fault("has another schema version; this Lockstep reads version \(ResultSchema.version)")
    }
    let reader = ResultReader(file: file)
    let meta = ResultMeta(attributes: try file.attributes(of: "/meta"), file: file)
    var run = RunResult(
      identity: try reader.identity(meta), scenario: try reader.scenario(), instruments: try reader.instruments(),
      lanes: try reader.lanes("/lanes"), shownLane: try meta.count("shown_lane"))
    run.marketLots = try reader.marketLots()
    run.marketHours = try reader.marketHours()
    run.marketRests = try reader.marketRests()
    run.laneInstruments = try reader.laneInstruments()
    try reader.readColumns(into: &run)
    run.orders = RunRows(try reader.orders())
    run.fills = RunRows(try reader.fills())
    run.missedFills = RunRows(try reader.missedFills())
    run.orderSteps = RunRows(try reader.orderSteps())
    run.closedLots = try reader.closedLots()
    run.splits = try reader.splits()
    run.riskEvents = try reader.riskEvents()
    run.executionDraws = try reader.executionDraws()
    run.pessimistic = try reader.pessimistic(samples: run.sampleTimes.count)
    run.lookAhead = try reader.lookAhead()
    run.windows = try reader.windows()
    run.assumptions = try reader.assumptions()
    do throws(RunResultFault) { try run.validate() } catch {
      throw file.file.fault("contradicts itself: \(error)", in: error.part)
    }
    return run
  }
}

/// The attributes of /meta.
struct ResultMeta {
  let attributes: [String: HDF5Attribute]
  let file: HDF5Reader

  private func fault(_ name: String) -> HDF5Error {
    file.file.fault("the attribute \(name) is missing or of another type", in: "/meta")
  }

  func text(_ name: String) throws(HDF5Error) -> String {
    guard case .text(let text)? = attributes[name] else { throw fault(name) }
    return text
  }

  func integer(_ name: String) throws(HDF5Error) -> Int64 {
    guard case .integer(let value)? = attributes[name] else { throw fault(name) }
    return value
  }

  func count(_ name: String) throws(HDF5Error) -> Int {
    guard let value = Int(exactly: try integer(name)), value >= 0 else { throw fault(name) }
    return value
  }

  func unsigned(_ name: String) throws(HDF5Error) -> UInt64 {
    guard case .unsigned(let value)? = attributes[name] else { throw fault(name) }
    return value
  }

  func real(_ name: String) throws(HDF5Error) -> Double {
    guard case .real(let value)? = attributes[name] else { throw fault(name) }
    return value
  }
}

/// One group of a result file under reading; its columns must have one length along each axis.
struct ResultTable {
  let path: String
  let file: HDF5Reader
  /// Rows along the first axis.
  let rowCount: Int

  /// `index` is the column that counts the rows.
  init(_ path: String, index: String, kind: HDF5Kind = .int32, _ file: HDF5Reader) throws(HDF5Error) {
    self.path = path
    self.file = file
    let (column, shape) = try file.values("\(path)/\(index)", kind: kind)
    guard shape.count == 1 else { throw file.file.fault("has another shape", in: "\(path)/\(index)") }
    rowCount = column.count
  }

  private func column(_ name: String, _ kind: HDF5Kind, width: Int = 1) throws(HDF5Error) -> HDF5Column {
    let (column, shape) = try file.values("\(path)/\(name)", kind: kind)
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: width)
    guard !overflow, column.count == cells, shape.first == rowCount else {
      throw file.file.fault("has \(column.count) values where \(rowCount) rows are expected", in: "\(path)/\(name)")
    }
    return column
  }

  func int64s(_ name: String, width: Int = 1) throws(HDF5Error) -> [Int64] {
    guard case .int64(let values) = try column(name, .int64, width: width) else { return [] }
    return values
  }

  func int32s(_ name: String) throws(HDF5Error) -> [Int32] {
    guard case .int32(let values) = try column(name, .int32) else { return [] }
    return values
  }

  func uint64s(_ name: String) throws(HDF5Error) -> [UInt64] {
    guard case .uint64(let values) = try column(name, .uint64) else { return [] }
    return values
  }

  func bytes(_ name: String) throws(HDF5Error) -> [UInt8] {
    guard case .uint8(let values) = try column(name, .uint8) else { return [] }
    return values
  }

  func doubles(_ name: String, width: Int = 1) throws(HDF5Error) -> [Double] {
    guard case .double(let values) = try column(name, .double, width: width) else { return [] }
    return values
  }

  func texts(_ name: String) throws(HDF5Error) -> [String] {
    guard case .text(let values) = try column(name, .text) else { return [] }
    return values
  }

  /// A column of codes into a list of texts.
  func words(_ name: String) throws(HDF5Error) -> [String] {
    let codes = try int32s(name)
    guard case .text(let words) = try file.values("\(path)/\(name)_name", kind: .text).column else { return [] }
    return try map(codes, name) { words.indices.contains(Int($0)) ? words[Int($0)] : nil }
  }

  /// A column of codes of a Swift enumeration.
  func cases<Value: RawRepresentable<UInt8>>(_ name: String, of: Value.Type) throws(HDF5Error) -> [Value] {
    try map(try bytes(name), name) { Value(rawValue: $0) }
  }

  func counts(_ name: String) throws(HDF5Error) -> [Int] {
    try map(try int64s(name), name) { Int(exactly: $0) }
  }

  func map<From, To>(_ values: [From], _ name: String, _ body: (From) -> To?) throws(HDF5Error) -> [To] {
    var result: [To] = []
    result.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      guard let value = body(value) else {
        throw file.file.fault("row \(row) holds an unknown code", in: "\(path)/\(name)")
      }
      result.append(value)
    }
    return result
  }
}
