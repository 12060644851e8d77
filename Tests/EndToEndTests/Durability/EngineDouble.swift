import Foundation
import Glibc

/// A program that speaks as `taxod load --json` and `taxod expand` do, without an engine.
///
/// The fault library has the daemon start it in place of itself, so that a job takes milliseconds.
enum EngineDouble {
    /// The program; it goes with the process.
    static func program() throws -> URL {
        let file = folder.appending(path: "double")
        if FileManager.default.isExecutableFile(atPath: file.path()) { return file }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let part = folder.appending(path: UUID().uuidString)
        try Data(script.utf8).write(to: part)
        chmod(part.path(), 0o755)
        rename(part.path(), file.path())
        return file
    }

    private static let folder: URL = {
        atexit { try? FileManager.default.removeItem(at: EngineDouble.folder) }
        return FileManager.default.temporaryDirectory.appending(path: "taxod-double-\(getpid())")
    }()

    /// The program's text.
    ///
    /// It reads a list of terms, a line each; one that starts with “refuse” is refused, one that starts
    /// with “dwell” is never read to its end, and the term “hang” is never answered. A parent is
    /// proposed for terms that start with “new” or “own”; the file gives “own5” the identifier
    /// `NEW:5`.
    private static let script = #"""
        #!/bin/sh
        command=$1
        shift
        case $command in
        load)
            for file; do :; done
            expected=
            while [ $# -gt 0 ]; do
                [ "$1" = --expected-sha256 ] && expected=$2
                shift
            done
            sha=$(sha256sum "$file")
            sha=${sha%% *}
            read -r first <"$file"
            while [ "$first" = dwell ] && [ -e "$file" ]; do sleep 0.1; done
            if [ "$first" = refuse ] || [ "${expected:-$sha}" != "$sha" ]; then
                printf '{"kind":"refused","sha256":"","bytes":0,"reading":"","basis":"",'
                printf '"force":false,"queryCount":0,"problems":[],"notes":[],"refusal":'
                printf '{"code":"unknown-list-shape","message":"found a fault","remedy":"none"}}\n'
                exit 65
            fi
            count=0
            while read -r term; do count=$((count + 1)); done <"$file"
            printf '{"kind":"list","sha256":"%s","bytes":%s,' "$sha" "$(wc -c <"$file")"
            printf '"reading":"a list",'
            printf '"vocabulary":{"name":"MEDIC","version":"v1","kind":"medic","concepts":1,'
            printf '"edges":0},"basis":"b","force":false,"queryCount":%s,' $count
            printf '"problems":[],"notes":[]}\n'
            number=0
            while read -r term; do
                number=$((number + 1))
                printf '{"query":{"key":"q%05d","task":"place","term":"%s"}}\n' $number "$term"
            done <"$file"
            ;;
        expand)
            echo "taxod: ready: double" >&2
            while read -r line; do
                key=${line#*\"key\":\"}
                term=${line#*\"term\":\"}
                term=${term%%\"*}
                [ "$term" != hang ] || { read -r line; exit; }
                printf '{"schema":"taxod.answer/1","key":"%s","task":"place","query":"%s",' \
                    "${key%%\"*}" "$term"
                case $term in
                own*) printf '"identifier":"NEW:%s",' "${term#own}" ;;
                esac
                case $term in
                new*|own*)
                    printf '"status":"proposed","matches":[],"notes":[],"proposals":[{"rank":1,'
                    printf '"relation":"parent","identifier":"MESH:D1","name":"p","score":0.5,'
                    printf '"standing":"proposed","evidence":{"rootPath":[],"nearest":[],'
                    printf '"parts":{}}}]}\n'
                    ;;
                *) printf '"status":"none","matches":[],"proposals":[],"notes":[]}\n' ;;
                esac
            done
            ;;
        esac
        """#
}
