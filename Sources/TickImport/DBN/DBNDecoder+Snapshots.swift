import MarketTypes

/// Snapshots: a feed repeats the whole book, at the start of a day without clearing it first, so the events around the
/// repeated orders are added here.
extension DBNDecoder {
  /// Follows where snapshots begin and end. True when the record itself was the beginning and is taken care of.
  mutating func followSnapshot(
    _ index: Int, _ event: MarketEvent, isSnapshot: Bool, _ action: UInt8, _ sink: inout some RecordSink
  ) throws(ImportError) -> Bool {
    let state = instruments.states[index]
    guard isSnapshot else {
      try endSnapshot(index, &sink)
      return false
    }
    let isClear = action == UInt8(ascii: "R")
    // A second snapshot right behind the first one is told apart by its later time.
    let isNext = isClear || state.isSnapshotComplete && event.localTime != state.snapshotTime
    if state.isInSnapshot, isNext { try endSnapshot(index, &sink) }
    let begins = !instruments.states[index].isInSnapshot
    if begins {
      orders.removeAll(of: state.number)
      instruments.states[index].isInSnapshot = true
      instruments.states[index].isSnapshotComplete = false
      instruments.states[index].snapshotTime = event.localTime
      var begin = event
      begin.kind = .snapshotBegin
      if !isClear {
        // The orders keep the times at which they were entered, which may be days ago; the snapshot is taken now.
        begin = synthetic(.snapshotBegin, at: event.localTime, like: event)
      }
      try sink.append(SourceRecord(event: begin))
    }
    if event.flags.contains(.endOfEvent) { instruments.states[index].isSnapshotComplete = true }
    return begins && isClear
  }

  mutating func endSnapshot(_ index: Int, _ sink: inout some RecordSink) throws(ImportError) {
    let state = instruments.states[index]
    instruments.states[index].isInSnapshot = false
    var event = MarketEvent(
      kind: .snapshotEnd, exchangeTime: state.snapshotTime, localTime: state.snapshotTime, instrument: state.number,
      flags: [.synthetic, .snapshot])
    event.channel = state.publisher
    try sink.append(SourceRecord(event: event))
  }

  private func synthetic(_ kind: EventKind, at time: Timestamp, like event: MarketEvent) -> MarketEvent {
    MarketEvent(
      kind: kind, exchangeTime: time, localTime: time, instrument: event.instrument, sequence: event.sequence,
      flags: [.synthetic, .snapshot], channel: event.channel)
  }
}
