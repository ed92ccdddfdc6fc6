/// What `TickFile.verify` found.
public struct TickVerification: Hashable, Sendable {
  /// Damage, in file order; empty when every byte is as it was written.
  public var faults: [TickStoreError] = []
  public var blockCount = 0
  public var keyframeCount = 0
  public var eventCount: UInt64 = 0

  public var isIntact: Bool { faults.isEmpty }
}

extension TickFile {
  /// Checks every byte of the file at `path` against its checksums, then that every event can be rebuilt.
  ///
  /// Throws only when the file cannot be read at all; damage is in the result.
  public static func verify(path: String) throws(TickStoreError) -> TickVerification {
    verify(mapping: try MappedFile(path: path), name: path)
  }

  /// Checks a tick file that is already in memory.
  public static func verify(bytes: [UInt8], name: String) -> TickVerification {
    verify(mapping: MappedFile(bytes: bytes), name: name)
  }

  private static func verify(mapping: MappedFile, name: String) -> TickVerification {
    var report = TickVerification()
    let view = mapping.view
    var walked = FileIndex()
    do throws(FormatFault) {
      _ = try FileLayout.blockCapacity(view)
      var walk = FrameWalk(view)
      while let (header, offset) = try walk.next() {
        do throws(FormatFault) { try header.verifySections(view, at: offset) } catch {
          var fault = error.inFile(name)
          if header.kind == .block { fault.reason += " (block \(report.blockCount))" }
          report.faults.append(fault)
        }
        switch header.kind {
        case .block:
          walked.add(header, at: offset)
          report.blockCount += 1
          report.eventCount += UInt64(header.eventCount)
        case .keyframe:
          walked.keyframes.append(KeyframeEntry(offset: offset, block: report.blockCount))
          report.keyframeCount += 1
        case .instrument: walked.instrumentOffsets.append(offset)
        case .footer:
          try verifyEnd(view, footer: offset, header: header, walked: walked)
          if report.isIntact { try verifyEvents(mapping, name: name, walked) }
          return report
        }
      }
    } catch { report.faults.append(error.inFile(name)) }
    return report
  }

  private static func verifyEnd(
    _ view: ByteView, footer: Int, header: FrameHeader, walked: FileIndex
  ) throws(FormatFault) {
    guard try FileLayout.footerOffset(view) == footer,
      footer + header.frameLength + FileLayout.trailerSize == view.count
    else { throw FormatFault("the footer is not where the file's end says", at: footer) }
    let index = try FileIndex(try header.hot(view, at: footer), fileSize: view.count)
    guard index.blocks == walked.blocks, index.keyframes == walked.keyframes,
      index.instrumentOffsets == walked.instrumentOffsets
    else { throw FormatFault("the index does not match the frames of the file", at: footer) }
  }

  /// Rebuilds every event, and compares every keyframe with the state that the events before it give.
  private static func verifyEvents(_ mapping: MappedFile, name: String, _ index: FileIndex) throws(FormatFault) {
    do throws(TickStoreError) {
      let file = try TickFile(mapping: mapping, path: name)
      let reader = try TickEventReader(file)
      for entry in index.keyframes {
        let keyframe = try file.keyframe(at: entry)
        while reader.ordinal < keyframe.ordinal, try reader.next() != nil {}
        guard reader.state.keyframe(ordinal: reader.ordinal, instrumentCount: keyframe.statuses.count) == keyframe
        else {
          throw TickStoreError(
            .corrupt, file: name, offset: entry.offset, reason: "a keyframe is not what the events before it give")
        }
      }
      while try reader.next() != nil {}
    } catch { throw FormatFault(error.reason, at: error.offset, kind: error.kind) }
  }

  func keyframe(at entry: KeyframeEntry) throws(TickStoreError) -> TickKeyframe {
    do throws(FormatFault) {
      return try KeyframeCodec.decode(mapping.view, at: entry.offset, withIdentifiers: true)
    } catch { throw error.inFile(path) }
  }
}
