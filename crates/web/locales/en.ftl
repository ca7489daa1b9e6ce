# English messages. Keys are the same in every language; a test compares them.

product = Juyan coordination desk
skip = Skip to content
nav-label = Main menu
tabs-label = Main pages
crumbs-label = You are here
menu-respond = Respond
menu-know = Know
nav-desk = Duty desk
nav-incidents = Incidents
nav-obligations = Obligations
nav-notices = Notices
nav-sightings = Sightings
nav-feeds = Feeds
me-name = Console
me-where = this machine only
find = Search or jump to
find-hint = Address, incident number or page
find-jump = Look for
more = More
keys = Keyboard shortcuts
close = Close
live-on = Live
live-off = Offline
live-wait = Connecting
theme-dark = Switch to dark
theme-light = Switch to light
key-find = Search or jump
key-search = Search
key-help = This list
key-move = Next or previous row
key-open = Open the row
say-soon = A deadline comes near:
say-crit = A deadline is about to pass:
say-over = A deadline has passed:
list-comma = { ", " }

just-now = just now
minutes-ago = { NUM($n) } min ago
hours-ago = { NUM($n) } h ago
days-ago = { NUM($n) } d ago
days-hours = { $d } d { $h } h
as-of = as of { $time }
addresses = { $n ->
    [one] 1 address
   *[other] { NUM($n) } addresses
}
parties = { $n ->
    [one] 1 organisation
   *[other] { NUM($n) } organisations
}
items = { $n ->
    [one] 1 item
   *[other] { NUM($n) } items
}

within-minutes = { $n ->
    [one] within 1 minute
   *[other] within { NUM($n) } minutes
}
within-hours = { $n ->
    [one] within 1 hour
   *[other] within { NUM($n) } hours
}
within-days = { $n ->
    [one] within 1 day
   *[other] within { NUM($n) } days
}
within-working-days = { $n ->
    [one] within 1 working day
   *[other] within { NUM($n) } working days
}
within-months = { $n ->
    [one] within 1 month
   *[other] within { NUM($n) } months
}
within-promptly = promptly
within-immediately = immediately
within-at-the-same-time = at the same time
within-at-discretion = at discretion
within-no-time-stated = no time stated
within-standing = standing duty
within-continuously = continuously

state-proposed = Proposed
state-drafted = Drafted
state-assigned = Assigned
state-stored = Stored
state-ingested = Ingested
state-refused = Refused
state-latent = Not started
state-provisionally-met = Telephoned, form still owed
state-met = Done
state-met-late = Done late
state-waived = Waived
state-superseded = Superseded
state-void = No longer follows

problem-missing = Nothing here
problem-missing-why = There is no such page, or it does not concern you. Check the number.
problem-input = This address was not understood
problem-input-why = Something in the address is not what this page expects:
problem-foreign = You may not do this
problem-foreign-why = Your account does not include it. A lead of the desk can say who may.
problem-stranger = Not signed in
problem-stranger-why = Your session has ended, or the key is not valid. Sign in and try again.
problem-often = Too many tries
problem-often-why = Wait a minute, then try again.
problem-method = This page cannot be used that way
problem-method-why = Open it with a link instead.
problem-large = Too long
problem-large-why = The address or form is longer than anything the desk asks for.
problem-ours = Something failed on our side
problem-ours-why = Nothing was changed. Try again; if it persists, give the operator this number.
reference = Reference
to-the-desk = To the duty desk

welcome = Nothing has arrived yet
welcome-how = Give the desk its first delivery on the command line; incidents, deadlines and notices follow by themselves.
welcome-ingest = reads a feed file, plain or compressed
welcome-demo = makes a demonstration country and plays it through
kpi-late = Overdue
kpi-of-running = { $n ->
    [one] of 1 running
   *[other] of { NUM($n) } running
}
kpi-hour = Due within 1 h
kpi-ours = { $n ->
    [one] 1 running is ours
   *[other] { NUM($n) } running are ours
}
kpi-open = Open incidents
kpi-seen = Distinct addresses, 24 h
kpi-notices = Notices
kpi-notices-sub = drafted, not sent
more-than-before = more than the day before
less-than-before = less than the day before
due-title = Due next
due-filter = Whose obligations
due-ours = Ours
due-waiting = Waiting on
due-latent = Not started
ours = Ours
owes-to = owes it to
in-copy = copy:
article = art. { $article }
due-at = due
runs-since = runs since
starts-with = starts with
telephoned-at = telephoned
met-at = done
met-by = by
waived-at = waived
for-month = Month
governed-by = An earlier due time governs:
superseded-at = superseded
void-at = Let go
why-due = Why, and how it was counted
instrument = Instrument
duty = Duty
pack = Rules
calendar = Calendar
trigger = Clock starts with
form = Must contain
nothing-due = Nothing due
nothing-due-why = No clock is running.
view-all = View all { NUM($n) }
all = All
clear-filter = Show all
grade-filter = Show grade

chart-title = Addresses per hour by threat
chart-sub = distinct, 24 h, { $zone }; figures: busiest hour
hourly-title = Addresses per hour
hourly-sub = { $n ->
    [one] distinct, 1 h, { $zone }
   *[other] distinct, { NUM($n) } h, { $zone }
}
show-table = Show the numbers
hour = Hour
total = Total
others = others
no-sightings = No sightings
no-sightings-why = Nothing has been seen in this time.
heat-title = Addresses by province, 24 h
unknown-province = Unknown

incidents-title = Open incidents
incidents-sub = Threats grave enough to be graded, the gravest and latest first.
no-incidents = No incidents
no-incidents-why = No threat has reached the size of a graded incident.
col-incident = Incident
col-grade = Grade
col-size = Addresses
col-next-due = Next deadline
col-assessed = Assessed
col-state = State
opened = Opened
responsible = Responsible
found-by = Found by
why-grade = Why this grade
meter-label = { $n ->
    [one] 1 address measured against the thresholds of the grades
   *[other] { NUM($n) } addresses measured against the thresholds of the grades
}
more-than = More than
measured = Measured
result = Result
exceeded-by = exceeded by { NUM($n) }
short-by = short by { NUM($n) }
told-by-officer = Told by an officer, of
window = { $hours ->
    [one] distinct addresses within 1 hour, ending
   *[other] distinct addresses within { NUM($hours) } hours, ending
}
inputs = What was measured
history = Earlier assessments
duties-title = Who owes what
duties-sub = to whom, by when, under which article
no-duties = No obligations
no-duties-why = Nothing is owed here.
provinces-title = By province
holders-title = By holder
distinct = distinct addresses
unknown-holder = Unknown holder
and-others = { $n ->
    [one] 1 other
   *[other] { NUM($n) } others
}
notices-sub-one = one for each responsible organisation
acts-title = What was done

obligations-sub = All deadlines: ours, and those we wait for.
col-duty = Obligation
col-left = Time left
col-turn = Who owes whom

notices-sub = What each responsible organisation is told: its own addresses and nothing of anyone else.
no-notices = No notices
no-notices-why = Notices are drafted when an incident is opened.
col-recipient = Recipient
col-items = Items
col-drafted = Drafted
notice-to = Notice to
download-csv = { $n ->
    [one] CSV, 1 row
   *[other] CSV, { NUM($n) } rows
}
told-title = What it says
size-of-incident = Size of the incident
potential-harm = Potential harm
its-share = To deal with
not-sent = A draft: nobody has been sent this yet, and it grows with the incident.
will-owe = What the recipient will owe
items-title = Addresses and domains to deal with
no-items = Nothing on the list
no-items-why = No address of this recipient is left.
col-address = Address
col-class = Kind
col-province = Province
col-destination = Spoke to
col-sightings = Sightings
col-first = First seen
col-last = Last seen
class-c2-server = Control server
class-infected-system = Infected system
class-malware-distribution = Malware distribution
class-malware-configuration = Malware configuration
class-phishing = Phishing
class-scanner = Scanner
class-brute-force = Brute force
class-ddos = DDoS
class-ddos-amplifier = DDoS amplifier
class-dga-domain = Generated domain
class-exploit = Exploit attempt
class-spam = Spam
class-proxy = Proxy
class-vulnerable-system = Vulnerable system
class-weak-crypto = Weak encryption
class-potentially-unwanted-accessible = Exposed service
class-information-disclosure = Information disclosure
class-system-compromise = Compromised system
class-application-compromise = Compromised application
class-undetermined = Undetermined
class-other = Other

feeds-sub = What was delivered, how much was understood, and how much found its holder.
deliveries-title = Latest deliveries
deliveries-all = Deliveries
all-deliveries = All deliveries
no-deliveries = No deliveries
no-deliveries-why = No feed has delivered anything yet.
col-delivery = Delivery
col-rows = Rows
col-understood = Understood
col-new = New
col-attributed = Attributed
col-quarantined = Quarantined
col-received = Received
refused-because = Refused whole:
quarantine-title = Rows not understood
no-quarantined = Every row was understood
no-quarantined-why = Nothing is in quarantine.
col-line = Line
col-reason = Reason
col-raw = As it came

sightings-sub = Was this address seen, by whom is it held, and what did it do?
field-subject = Address or prefix
field-subject-hint = such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32
field-subject-error = “{ $text }” is no address or prefix. In a prefix the bits after the length must be zero.
field-threat = Threat
field-threat-hint = its whole name, in any spelling of case and spaces
field-threat-error = “{ $text }” is no name of a threat: at most 96 bytes.
search = Search
latest-first = Sightings, latest first
not-seen = Not seen
not-seen-why = Nothing that matches is in the data kept.
col-threat = Threat
col-holder = Holder

stream-title = Events
no-acts = Nothing has happened yet.
hold = Hold
act-incident-opened = Incident opened
act-incident-regraded = Grade changed
act-incident-grown = Incident grew
act-obligations-derived = Obligations derived
act-obligation-met = Obligation met
act-obligation-telephoned = Obligation met by telephone
act-obligation-waived = Obligation waived
act-obligation-start-corrected = Clock start corrected
act-obligation-recounted = Due time recounted
act-incident-happened = Trigger came about
act-month-closed = Month closed
act-calendar-recounted = Calendar recounted
act-obligation-superseded = Obligation superseded
act-notice-drafted = Notice drafted
act-notice-grown = Notice grew
act-delivery-stored = Delivery stored
act-delivery-ingested = Delivery ingested
act-delivery-refused = Delivery refused
act-delivery-remapped = Mapping changed
act-delivery-assessed = Delivery assessed
act-directory-loaded = Directory loaded
act-provinces-loaded = Provinces loaded
act-atlas-loaded = Register loaded
act-ledger-retaining = Dropping old days
act-ledger-retained = Old days dropped
detail-grade = grade
detail-size = addresses
detail-items = items
detail-rows = rows
detail-quarantined = quarantined
detail-attributed = attributed
detail-sightings = understood
detail-new = new
detail-recipient = to
detail-threat = threat
detail-feed = feed
detail-name = name
detail-reason = because
detail-duty = duty
detail-debtor = owed by
detail-from = from
detail-pack = rules
detail-incident = incident

pager = Pages
shown = { NUM($shown) } shown
shown-of = { NUM($shown) } of { NUM($total) }
first-page = First page
next-page = Next page

nav-rules = Rules
rules-sub = The instruments at hand as data: clauses, thresholds, readings and versions.
rules-applied = Applied by this desk
rules-in-force = In force elsewhere
rules-proposed = Proposed or not yet in force
rules-repealed = Repealed
rules-none = This desk applies no pack
rules-none-why = Name the packs under `regimes` in the settings.
col-pack = Pack
col-in-force = In force
col-confidence = Confidence
col-version = Version
col-duties = Duties
col-years = Years
col-article = Article
col-when = Reached when
col-does = What is to be done
col-who = Who
col-to = To
col-starts = Clock starts when
col-within = Time allowed
col-owed-at = Owed at
col-contents = Contents
col-occasion = Occasion
col-days = Days
col-kind = Kind
col-moved = Moved
col-missed = Would be missed
col-due-before = Due until now
col-due-after = Due under this pack
col-moves = Moves
since-day = from { $day }
until-day = until { $day }
is-applied = Applied here
is-in-force = In force
is-proposed = Proposed
is-repealed = Repealed
confidence-high = High
confidence-medium = To be confirmed
to-confirm = to be confirmed
readings-own = { $n ->
    [one] 1 reading as the pack has it
   *[other] { NUM($n) } readings as the pack has them
}
readings-chosen = Chosen here:
calendars-title = Calendars
calendars-sub = Days of rest and make-up working days
every-year = every year
provisional = Provisional
provisional-years = Provisional: { $years }
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
weekend-days = Weekend
working-days = Working days
source = Source
note = Note
no-special-days = Nothing but weekends
no-special-days-why = No other days of rest or of work are known for this year.
days-count = { $n ->
    [one] 1 day
   *[other] { NUM($n) } days
}
day-rest = Day of rest
day-make-up = Make-up working day
tabs-rule = Views of this pack
tab-clauses = Clauses
tab-terms = Readings and terms
tab-flow = Flow
tab-changes = Compare
tab-trial = Try on past data
layers-title = Layers
layers-sub = What a province, a special period or the house lays over the pack
layer-provincial = Provincial
layer-special-period = Special period
layer-house = House target, not law
layer-holds = Holds in the table below
layer-rests = Does not hold in the table below
thresholds-title = Thresholds
scale-events = Grade of the incident
scale-warnings = Level of the warning
substitute = The criteria below are a substitute, to be replaced when found:
criteria = { $n ->
    [one] 1 criterion
   *[other] { NUM($n) } criteria
}, { NUM($p) } of them proposed
is-proposal = Proposal
is-source = From the source
inputs-mean = What the inputs mean
no-grades = This pack knows no grades.
clauses-title = Obligations
clauses-count = { $n ->
    [one] 1 duty
   *[other] { NUM($n) } duties
}
clauses-none = No duty fits
sift = Filter
no-province = No province in particular
as-duty = as
or-by = or { $who } instead
stands = Always stands
house-target = house target: { $target }; no law
only-if = only if
nil-report = also for a month without anything
see-also = see
contents-count = { $n ->
    [one] 1 field
   *[other] { NUM($n) } fields
}
form-proposal = proposed, for want of the official form
readings-title = Readings
readings-sub = Where the text is open: what was chosen, and what else it could mean
readings-none = Nothing is left open
readings-none-why = The pack names no place where its text could mean two things.
reading-chosen = In force
reading-changed = Chosen here instead of { $own }
by-hand = Acted on by people
terms-title = Terms
term-when = Decided by:
report-items-title = What is to be reported
overrides-title = Who may change the rules
override-needs = Needs
flow-sub = Which event starts which duty, and what that brings about
flow-text = The same as text
field-against = Compared with
compare = Compare
changes-sub = What changes for whom from the other pack to this one
changes-sum = { $n ->
    [one] 1 change
   *[other] { NUM($n) } changes
}: { NUM($added) } added, { NUM($removed) } removed, { NUM($tighter) } tighter, { NUM($looser) } looser
everybody = For everybody
alone = There is no other pack
alone-why = Put another into `regimes` of the data directory to compare with it.
cut-at = The first { NUM($n) } are shown.
trial-sub = Which grades and due times of our own incidents it would have changed; nothing is changed by trying
field-days = Days
field-days-hint = up to the latest incident
try = Try
trial-span = { $n ->
    [one] 1 incident
   *[other] { NUM($n) } incidents
} replayed:
trial-sum = { NUM($regraded) } graded otherwise, { NUM($moved) } due times moved, { NUM($missed) } would be missed.
trial-same = Nothing would have been otherwise.
trial-cut = There were more; only the latest { NUM($n) } were replayed. Choose fewer days.
trial-unstarted = { $n ->
    [one] 1 duty was
   *[other] { NUM($n) } duties were
} left out, since nobody recorded when its event happened.
trial-failed = { $n ->
    [one] 1 incident
   *[other] { NUM($n) } incidents
} could not be replayed. The first, because:
trial-empty = No incidents to try it on
trial-empty-why = No incident was opened in these days. Choose more days, or come back when there is data.
regraded-title = Graded otherwise
totals-title = By organisation
moved-of = { NUM($moved) } of { NUM($all) } due times move
moves-same = Same
moves-earlier = Earlier
moves-later = Later
moves-new = New
moves-gone = Gone
fate-kept = on time under both
fate-would-be-missed = would be missed
fate-would-be-kept = would be on time
fate-missed-anyhow = late under both
no-number = no number

nav-accounts = Accounts
my-account = My account
sign-in = Sign in
sign-out = Sign out
sign-in-refused = That did not work: check name and password. After several failures, wait before trying again.
sign-in-too-many = Too many tries. Wait a minute, then try again.
sign-in-nobody = Nobody has an account yet. On the desk's own machine, run:
account-name = Account name
account-name-hint = Lower-case letters, digits, dot, hyphen or underscore.
password = Password
password-present = Present password
password-new = New password
password-again = New password, once more
password-hint = 12 characters at least. A few words that only you put together are good.
password-change = Change password
passwords-differ = The two new passwords differ.
go-on = Continue
second-factor = Second factor
second-set-up = Set up a second factor
second-how = Scan this with an authenticator app, then type the code that it shows.
second-picture = Picture for the authenticator app
second-type = Or type this into the app:
second-on = A second factor is in force. To change it, ask a lead to reset your account.
second-off = No second factor yet: your password alone lets anybody in.
code = Code
code-hint = Six digits. Each code is good once.
code-or-recovery = Six digits from the app, or one of your recovery codes.
recovery-codes = Recovery codes
codes-why = If you lose the app, each of these lets you in once. They are not shown again: write them down and lock them away.
codes-kept = I have kept them
codes-renew = Make new recovery codes
sessions = Sessions
session-this = this one
session-end = End
col-browser = Browser
col-end = End or revoke
col-seen = Last used
col-until = Valid until
col-used = Last used
col-key = Key
col-organisation = Organisation
col-post = Post
keys-api = API keys
key-once = Your new key. It is not shown again:
key-purpose = Purpose
key-days = Valid for days
key-scopes = May also
key-scopes-hint = Every key may read what you may see.
key-reads = read only
key-make = Make a key
key-revoke = Revoke
key-revoked = revoked
set-up = Set up the desk
set-up-why = You are opening the first account: that of a lead, who opens all others.
welcome-why = Your account name is
accounts-sub = Who signs in to this desk. Nobody chooses another's password: each gets a link.
account-open = Open an account
account-disable = Disable
account-reset = Reset
account-disabled = disabled
account-in-use = in use
invitation-why = Send this address, after the name of the desk, to the holder of the account. It is not shown again:
post-bureau = Competent authority
post-provincial-administration = Provincial administration
post-duty-officer = Duty officer
post-lead = Lead
post-operator-group = Operator, group
post-operator-province = Operator, province
post-registry = Registry
post-registrar = Registrar
post-support-partner = Support partner
post-auditor = Auditor
can-deliver = hand in deliveries
can-tell = tell what came about
can-file = file and reply
can-verify = verify
can-notify = send notices
can-regrade = change grades
can-close = close incidents
can-review = review and release
can-waive = waive
can-direct = change the directory
can-manage-accounts = manage accounts
refusal-too-short = The password is too short: 12 characters at least.
refusal-too-long = The password is too long: 256 bytes at most.
refusal-repeats = The password repeats itself. Choose one that nobody guesses.
refusal-contains-name = The password contains the name of the account. Choose another.
refusal-wrong-password = The present password is not right.
refusal-wrong-code = The code is not right, or was used already. Wait for the next one.
refusal-has-second-factor = There is a second factor already. Ask a lead to reset your account.
refusal-no-session = There is no such session any more.
refusal-not-the-first = There are accounts already. A lead opens further ones.
refusal-no-name = Choose a name: lower-case letters, digits, dot, hyphen or underscore.
refusal-name-taken = There is an account of this name already.
refusal-no-account = There is no such account.
refusal-link-gone = The link cannot be used any more. Ask for a new one.
refusal-no-organisation = There is no such organisation in the directory.
refusal-not-of-the-desk = Only the desk's own organisation has this post.
refusal-no-province = The organisation has no province in the directory.
refusal-last-lead = This is the last lead. Open an account for another first.
refusal-no-purpose = Say what the key is for, in 200 characters at most.
refusal-no-such-time = Choose from 1 to 366 days.
refusal-too-many-keys = There are 20 keys in use already. Revoke one first.
refusal-no-key = There is no such key in use.
act-sign-in-password-accepted = Password accepted
act-sign-in-done = Signed in
act-sign-in-failed = Sign-in failed
act-session-signed-out = Signed out
act-session-revoked = Session ended
act-account-first-invited = First account invited
act-account-opened = Account opened
act-account-disabled = Account disabled
act-account-reset = Account reset
act-account-password-chosen = Password chosen
act-account-password-changed = Password changed
act-account-second-factor-begun = Second factor begun
act-account-second-factor-confirmed = Second factor confirmed
act-account-recovery-codes-renewed = Recovery codes renewed
act-key-made = API key made
act-key-revoked = API key revoked
act-link-made = Link made
act-link-revoked = Link revoked
codes-left = { $n ->
    [one] One recovery code is left.
   *[other] { NUM($n) } recovery codes are left.
}
welcome-title = Choose your password
col-since = Since
