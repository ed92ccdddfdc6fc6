import TestSupport
import Testing

@testable import Ledger

@Suite struct CanonicalJSONTests {
  private func canonical(_ text: String) throws -> String {
    try CanonicalJSON(parsing: Array(text.utf8)).canonicalText()
  }

  /// The samples of RFC 8785, appendix B.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
      (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
      (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
      (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
      (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
      (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
      (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
      (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
      (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func numbersOfTheStandard(bits: UInt64, text: String) throws {
    #expect(try CanonicalJSON.number(Double(bitPattern: bits)).canonicalText() == text)
  }

  @Test func numbersReadBack() throws {
    var generator = SeededGenerator(seed: 8785)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else {
        #expect(throws: JSONFault.self) { try CanonicalJSON.number(value).canonicalBytes() }
        continue
      }
      let bytes = try CanonicalJSON.number(value).canonicalBytes()
      guard case .number(let again) = try CanonicalJSON(canonical: bytes) else {
        Issue.record("\(value) became no number")
        return
      }
      #expect(again == value)
    }
  }

  /// The examples of RFC 8785, sections 3.2.2 and 3.2.3.
  @Test func examplesOfTheStandard() throws {
    let sample = #"""
      {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
       "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}
      """#
    #expect(
      try canonical(sample)
        == #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
        + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#)
    let keys =
      #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
    #expect(try canonical(keys) == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
  }

  @Test func keysDifferByScalarsNotByLooks() throws {
    let composed = "{\"e\u{301}\":1,\"\u{E9}\":2}"
    let value = try CanonicalJSON(parsing: Array(composed.utf8))
    #expect(value["e\u{301}"] == 1)
    #expect(value["\u{E9}"] == 2)
    #expect(CanonicalJSON.string("e\u{301}") != .string("\u{E9}"))
  }

  @Test(arguments: [
    "", " ", "nul", "truee", "01", "-", "1.", ".5", "1e", "1e+", "+1", "1e999", "[1,]", "[1 2]", "[", "{", "{\"a\"}",
    "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\"", "\"\\", "\"\\x\"",
    "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 1", "NaN", "Infinity", "'a'", "[]]",
  ])
  func refusesWhatIsNoJSON(text: String) {
    #expect(throws: JSONFault.self) { try CanonicalJSON(parsing: Array(text.utf8)) }
  }

  @Test func refusesBadUTF8AndDepth() throws {
    #expect(throws: JSONFault.self) { try CanonicalJSON(parsing: [0x22, 0xC3, 0x22]) }
    #expect(throws: JSONFault.self) { try CanonicalJSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    let limit = CanonicalJSON.depthLimit
    let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(try canonical(deepest) == deepest)
    #expect(throws: JSONFault.self) { try CanonicalJSON(parsing: Array(("[" + deepest + "]").utf8)) }
    #expect(throws: JSONFault.self) { try CanonicalJSON(parsing: [UInt8](repeating: 0x5B, count: 1_000_000)) }
    var value = CanonicalJSON.null
    for _ in 0...limit { value = .array([value]) }
    #expect(throws: JSONFault.self) { try value.canonicalBytes() }
    #expect(throws: JSONFault.self) {
      try CanonicalJSON.object(["a": 1, "a": 2]).canonicalBytes()
    }
  }

  @Test func onlyOneTextIsCanonical() throws {
    for text in ["{\"b\":1,\"a\":2}", "[1, 2]", "1.0", "1E2", "-0", "\"\\u0041\"", "\"\\/\"", " 1"] {
      _ = try CanonicalJSON(parsing: Array(text.utf8))
      #expect(throws: JSONFault.self) { try CanonicalJSON(canonical: Array(text.utf8)) }
    }
  }

  @Test func integersStayExact() throws {
    #expect(try CanonicalJSON.integer(Int64(1) << 53).canonicalText() == "9007199254740992")
    #expect(try CanonicalJSON.integer((Int64(1) << 53) + 1).canonicalText() == "\"9007199254740993\"")
    #expect(try CanonicalJSON.integer(UInt64.max).canonicalText() == "\"18446744073709551615\"")
    #expect(CanonicalJSON.number(0.5).exactInteger == nil)
    #expect(CanonicalJSON.integer(-7).exactInteger == -7)
  }

  /// Any bytes give a value whose canonical text is a fixed point, or a fault inside the text.
  @Test func mutatedTextsAreTotal() throws {
    let seed = Array(#"{"a":[1.5e3,"\ud83d\ude00\n",{"é":null}],"b":{"c":[true,false,-0.25]},"z":"\u0000"}"#.utf8)
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(seed.randomElement(using: &generator)!, at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { break }
      }
      do throws(JSONFault) {
        let value = try CanonicalJSON(parsing: bytes)
        let text = try value.canonicalBytes()
        let again = try CanonicalJSON(canonical: text)
        #expect(again == value)
      } catch {
        #expect((0...bytes.count).contains(error.offset ?? -1))
      }
    }
  }
}
