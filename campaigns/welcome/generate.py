#!/usr/bin/env python3
"""Makes recipients.csv, suppressed.txt and counts.json: a list as skewed and as dirty as real ones are.

The same bytes on every machine: the numbers come from SplitMix64 with a fixed seed, not from Python's own
generator. All names end in .example or .test, so no letter can reach anybody.

    python3 generate.py            writes the files
    python3 generate.py --check    compares them with what is there, writes nothing
"""

import json
import pathlib
import sys

ROWS = 24_000
SEED = 20_250_917

FIRST_NAMES = """
Ada Adam Agnes Ahmed Aiko Alba Alexander Alice Amara Amelia Ana Anders Andrea Anna Anton Antonia Arjun Asha Astrid
Axel Beatriz Ben Bruno Camille Carla Carlos Chiara Chloe Clara Daan Daniel David Diego Dina Elena Elias Elif Elsa Emil
Emma Eva Felix Fatima Finn Frida Gabriel Giulia Grace Greta Hana Hannah Hassan Helena Henrik Ida Ines Ingrid Isabel
Ivan Jakob James Jan Jasmin Joana Johan Jonas Julia Karin Kenji Klara Lars Laura Leila Lena Leo Leon Lina Lucas Lucia
Luis Maja Malik Marco Maria Marta Matteo Max Mia Mila Miriam Mohamed Nadia Naomi Nils Nina Noah Nora Olga Oliver Omar
Oscar Paul Paula Pedro Petra Priya Rafael Rania Robin Rosa Ruth Sam Samira Sara Sofia Sven Tara Theo Thomas Tom Uma
Vera Victor Viola Wei William Yara Yusuf Zoe
""".split()
ACCENTED_NAMES = "Zoë José Søren Łukasz Åsa Jürgen Renée Chloé Núria Žofia Ömer Márta Đorđe 美咲 Юлия Ελένη".split()
LAST_NAMES = """
abbott acker adler bailey baker berg bianchi blom bonnet brandt bruun carter castro costa dahl davies diaz duarte
eriksen farkas ferrari fischer fontaine garcia green haas hansen holm ito jansen jensen kaya keller khan klein kovacs
kumar lambert larsen lee lind lopez marin martin meyer moreau morris nagy nilsen novak olsen ortiz patel pereira
petrov ricci rossi roth ruiz sato schmidt silva simon smith sorensen stein tanaka toth turner varga vogel wagner weber
werner white wolf wood young zimmer
""".split()
CITIES = """
Aarhus Antwerp Athens Bergen Berlin Bologna Bordeaux Braga Bristol Brno Cork Debrecen Delft Dublin Gdansk Ghent Glasgow
Graz Hamburg Helsinki Izmir Kyoto Leeds Leipzig Lisbon Ljubljana Lyon Malaga Nantes Oslo Ostrava Porto Riga Seville
Tampere Tartu Trieste Turin Uppsala Utrecht Valencia Vienna Zagreb
""".split()
ODD_CITIES = ["Łódź", "Málaga", "Zürich", "São Paulo", "Kraków", "Århus", "Saint-Étienne", "Paris, 11e", "Washington, DC"]

# Seven in ten of all addresses are with four providers.
PROVIDERS = [("bigmail.example", 3_800), ("inbox.example", 1_700), ("post.test", 1_000), ("mailhub.example", 500)]
SMALLER_PROVIDERS = """
freemail.example webpost.example quickmail.test letterbox.example mymail.test fastpost.example homenet.example
cablenet.test telekom.example fibre.example mail.provincial.example students.university.example alumni.university.example
staff.university.example city.example hospital.test mail.broadband.example surfnet.test oldisp.example dialup.test
""".split()
COMPANY_WORDS = """
amber anchor apex arbor aster atlas beacon birch blue bridge bright cedar citrus clear cliff cloud cobalt copper coral
crest delta echo elm ember falcon fern field flint forge fox garnet glen gold granite green grove harbor hazel heron
hill indigo iron ivy jade juniper kestrel lake lark laurel lily linden lunar maple marble meadow mill mint moss north
oak ocean olive onyx orchid otter pearl pine plum polar quartz quill raven reed ridge river robin rose ruby rust sage
sand silver sky slate snow solar spring spruce stone summit swift teal thistle tide timber topaz valley velvet violet
walnut water west willow wind winter wren yellow zenith
""".split()
COMPANY_KINDS = "books cafe clinic design farm foods garden group health legal media motors school studio tools travel".split()

BAD_ADDRESSES = [
    "", "n/a", "none", "-", "unknown", "anna", "anna.berg", "anna@", "@bigmail.example", "anna@bigmail",
    "anna@localhost", "anna berg@bigmail.example", " anna.berg@inbox.example", "anna.berg@inbox.example ",
    "anna..berg@inbox.example", ".anna@inbox.example", "anna.@inbox.example", "anna@inbox..example",
    "anna@.inbox.example", "anna@inbox.example.", "anna@@inbox.example", "anna@berg@inbox.example",
    "anna@inbox,example", "anna,berg@inbox.example", "anna@in box.example", "anna@inbox_2.example",
    "anna@-inbox.example", "anna@inbox-.example", "anna@192.0.2.7", "anna@[192.0.2.7]", "anna@inbox.123",
    "Anna Berg <anna.berg@inbox.example>", "<anna.berg@inbox.example>", "mailto:anna.berg@inbox.example",
    "anna@inbox.example; leo@post.test", "anna@inbox.example, leo@post.test", "anna@inbox.example leo@post.test",
    '"anna berg"@inbox.example', '"anna@berg"@inbox.example', "anna(home)@inbox.example", "jörg@inbox.example",
    "anna@bücher.example", "anna\u200b@inbox.example", "anna@inbox.example\u00a0", "anna＠inbox.example",
    "=1+1", "+49 555 0100", "anna@" + "x" * 64 + ".example", "a" * 65 + "@inbox.example", "anna\t@inbox.example",
]


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return mixed ^ (mixed >> 31)

    def below(self, count):
        return self.next() % count

    def pick(self, items):
        return items[self.below(len(items))]

    def one_in(self, count):
        return self.below(count) == 0


def make_domains(random):
    """Domains with weights out of about ten thousand: a few large, some middling, a long tail."""
    domains = list(PROVIDERS)
    domains += [(name, max(12, 300 // rank)) for rank, name in enumerate(SMALLER_PROVIDERS, start=2)]
    seen = set()
    while len(seen) < 420:
        name = f"{random.pick(COMPANY_WORDS)}{random.pick(COMPANY_WORDS)}-{random.pick(COMPANY_KINDS)}"
        seen.add(name + random.pick([".example", ".example", ".test"]))
    domains += [(name, 1 + (rank % 7)) for rank, name in enumerate(sorted(seen))]
    return domains


def quoted(cell):
    if any(mark in cell for mark in ',"\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def row(*cells):
    return ",".join(quoted(cell) for cell in cells)


class List:
    def __init__(self):
        self.random = Random(SEED)
        weighted = make_domains(self.random)
        self.domains = [name for name, weight in weighted for _ in range(weight)]
        self.used = set()
        self.rejected = {}
        self.lines = []
        self.addresses = []

    def address(self):
        """An address that was not used before, also not in another case."""
        random = self.random
        while True:
            first = random.pick(FIRST_NAMES).lower()
            last = random.pick(LAST_NAMES)
            local = random.pick([f"{first}.{last}", f"{first}{last}", f"{first[0]}.{last}", f"{first}_{last}", first])
            if random.one_in(3):
                local += str(random.below(100))
            if random.one_in(40):
                local += "+shop"
            if random.one_in(30):
                local = local.capitalize()
            candidate = f"{local}@{random.pick(self.domains)}"
            if candidate.lower() not in self.used:
                self.used.add(candidate.lower())
                return candidate

    def name(self):
        random = self.random
        if random.one_in(14):
            return ""
        if random.one_in(25):
            return random.pick(ACCENTED_NAMES)
        if random.one_in(120):
            return f"{random.pick(FIRST_NAMES)} \"{random.pick(FIRST_NAMES)[:3]}\""
        if random.one_in(90):
            return f"{random.pick(LAST_NAMES).capitalize()}, {random.pick(FIRST_NAMES)}"
        return random.pick(FIRST_NAMES)

    def city(self):
        random = self.random
        if random.one_in(9):
            return ""
        return random.pick(ODD_CITIES) if random.one_in(30) else random.pick(CITIES)

    def voucher(self):
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        return "".join(self.random.pick(letters) for _ in range(8))

    def good_row(self, address):
        return row(address, self.name(), self.city(), self.voucher()).encode()

    def add(self, line):
        self.lines.append(line)

    def insert(self, line, reason, after=0):
        """Puts a row that will be rejected somewhere behind a line."""
        position = after + 1 + self.random.below(len(self.lines) - after)
        self.lines.insert(position, line)
        self.rejected[reason] = self.rejected.get(reason, 0) + 1


def other_case(random, address):
    local, domain = address.split("@")
    changed = random.pick([domain.upper(), domain.capitalize(), domain.title()])
    return f"{local}@{changed}"


def add_duplicates(people, random):
    """Each behind the row it repeats, so that the first one counts."""
    for index in range(72):
        position = random.below(len(people.addresses))
        address = people.addresses[position]
        repeated = address if index % 3 else other_case(random, address)
        first = next(i for i, line in enumerate(people.lines) if line.startswith(address.encode() + b","))
        people.insert(people.good_row(repeated), "duplicate", after=first)


def add_dirt(people, random):
    for bad in BAD_ADDRESSES:
        people.insert(row(bad, people.name(), people.city(), people.voucher()).encode(), "bad address")
    for _ in range(5):
        people.insert(row(people.address(), people.name(), people.city()).encode(), "wrong number of fields")
    for _ in range(4):
        line = row(people.address(), people.name(), people.city(), people.voucher(), "")
        people.insert(line.encode(), "wrong number of fields")
    for _ in range(6):
        people.insert(row(people.address(), people.name(), people.city(), "").encode(), "missing value")
    for _ in range(3):
        name = f"{random.pick(FIRST_NAMES)}\nBcc: {people.address()}"
        people.insert(row(people.address(), name, people.city(), people.voucher()).encode(), "control byte")
    for name in ["Jos\xe9", "Ren\xe9e"]:
        line = row(people.address(), name, people.city(), people.voucher())
        people.insert(line.encode("latin-1", "replace"), "not UTF-8")
    people.insert(f'{people.address()},"{people.name()},Oslo,{people.voucher()}'.encode(), "malformed row")
    people.insert(f'{people.address()},"Max" M.,Oslo,{people.voucher()}'.encode(), "malformed row")


def make():
    people = List()
    random = people.random
    suppressed = []
    for _ in range(ROWS):
        address = people.address()
        people.add(people.good_row(address))
        if random.one_in(130) or address.endswith("@dialup.test"):
            people.rejected["suppressed"] = people.rejected.get("suppressed", 0) + 1
            if not address.endswith("@dialup.test"):
                suppressed.append(address.lower() if random.one_in(4) else address)
        else:
            people.addresses.append(address)
    recipients = len(people.addresses)
    add_duplicates(people, random)
    add_dirt(people, random)
    suppressed += [people.address() for _ in range(400)]
    suppressed.sort()
    head = ["# People who asked for no more letters, and addresses that bounced.", "# One a line; @domain is everybody there.", "@dialup.test"]
    rows = len(people.lines)
    counts = {"rows": rows, "recipients": recipients, "rejected": dict(sorted(people.rejected.items()))}
    return {
        "recipients.csv": b"email,first_name,city,voucher\n" + b"".join(line + b"\n" for line in people.lines),
        "suppressed.txt": "".join(line + "\n" for line in head + suppressed).encode(),
        "counts.json": (json.dumps(counts, indent=2) + "\n").encode(),
    }


def main():
    directory = pathlib.Path(__file__).parent
    differing = []
    for name, content in make().items():
        path = directory / name
        if "--check" not in sys.argv[1:]:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            differing.append(name)
    if differing:
        sys.exit(f"not what generate.py makes: {', '.join(differing)}")


if __name__ == "__main__":
    main()
