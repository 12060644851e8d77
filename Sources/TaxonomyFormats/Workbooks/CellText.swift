import Glibc

/// Turns what a cell stores into the text that a person sees in it.
enum CellText {
    /// Cleans a text and resolves `_xHHHH_`, by which a workbook writes characters that XML forbids
    /// (ECMA-376, part 1, 22.9.2.19).
    static func clean(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "_")) else {
            return bytes.withUnsafeBufferPointer { Text.clean($0) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("_x") else { return Text.clean(text) }
        return Text.clean(
            text.replacing(/_x([0-9A-Fa-f]{4})_/) { match in
                UInt32(match.output.1, radix: 16).flatMap(Unicode.Scalar.init)
                    .map { String(Character($0)) } ?? String(match.output.0)
            }
        )
    }

    /// A number as a person would spell it: `12` for `12.0`, `0.1` for `0.10000000000000001`.
    static func number(_ spelled: String) -> String {
        let digits = spelled.utf8.drop { $0 == UInt8(ascii: "-") }
        if digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return spelled }
        guard let value = Double(spelled), value.isFinite else { return Text.clean(spelled) }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return "\(value)"
    }

    /// A serial number of days as ISO 8601.
    ///
    /// - Parameters:
    ///   - serial: Days since the day 0, with the time of day as the fraction.
    ///   - countsFrom1904: Whether day 0 is 1904-01-01 and not 1899-12-31.
    ///   - isTime: Whether the cell shows only a time of day.
    /// - Returns: Date, time or both; `nil` if the number is no day of the calendar.
    static func date(_ serial: Double, countsFrom1904: Bool, isTime: Bool) -> String? {
        guard serial >= 0, serial < 2_958_466 else { return nil }
        var day = Int(serial)
        var second = Int(((serial - Double(day)) * 86_400).rounded())
        if second == 86_400 {
            day += 1
            second = 0
        }
        let time = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        if isTime, day == 0 { return time }
        if countsFrom1904 {
            day += 1_462
        } else if day == 0 || day == 60 {
            // Lotus 1-2-3, and Excel after it, took 1900 for a leap year: there is no day 60.
            return nil
        } else if day < 60 {
            day += 1
        }
        // Days since 1899-12-30.
        let date = calendarDay(day - 25_569)
        return second == 0 ? date : "\(date)T\(time)"
    }

    /// The date of a number of days since 1970-01-01 (Hinnant, *chrono-Compatible Low-Level Date
    /// Algorithms*, `civil_from_days`), for days from 1900 to 9999.
    private static func calendarDay(_ days: Int) -> String {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(two(month))-\(two(day))"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
