//! Synthetic feeds: what a sinkhole report looks like, without anybody's addresses in it.
//!
//! Every row is a pure function of a seed and its number, so a feed is the same wherever it is made.
//! Addresses lie in private, shared and documentation space only (RFC 1918, RFC 6598, RFC 3849).

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

pub(crate) mod load;
pub(crate) mod outbreak;

/// The columns of Shadowserver's `event4_sinkhole` report.
pub(crate) const HEADER: &str = "timestamp,protocol,src_ip,src_port,src_asn,src_geo,src_region,\
    src_city,src_hostname,src_naics,src_sector,device_vendor,device_type,device_model,severity,\
    dst_ip,dst_port,dst_asn,dst_geo,dst_region,dst_city,dst_hostname,dst_naics,dst_sector,\
    public_source,infection,family,tag,application,version,event_id,ssl_cipher,ssl_servername";

/// What one row says; the columns that nobody counts by are filled from `dice`.
pub(crate) struct Row<'a> {
    pub(crate) seen: Timestamp,
    pub(crate) ip: IpAddr,
    pub(crate) port: u16,
    pub(crate) threat: &'a str,
    pub(crate) sinkhole: Ipv4Addr,
    pub(crate) sinkhole_port: u16,
    pub(crate) dice: u64,
}

/// Cities as feeds write them: plain, with a comma, with a quote, not in ASCII.
const CITIES: [&str; 6] =
    ["Beiyuan", "\"Donghai, East\"", "\"Nanhu \"\"New Town\"\"\"", "中州", "\"云台,新区\"", ""];
const MODELS: [&str; 5] = ["", "AR-1200", "\"Gateway, v2\"", "NVR-8", "家用网关"];
const TAGS: [&str; 4] = ["", "iot", "\"iot,botnet\"", "p2p"];

impl Row<'_> {
    /// Writes the row as a CSV line.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let dice = self.dice;
        let [city, model, tag] =
            [pick(&CITIES, dice), pick(&MODELS, dice >> 8), pick(&TAGS, dice >> 16)];
        let asn = 64500 + (dice >> 24) % 6;
        writeln!(
            out,
            "{},tcp,{},{},{asn},ZY,,{city},host-{:x}.example,0,,,router,{model},high,{},{},64511,ZY,,,\
             sinkhole.example,0,,sinkhole-partner,{},{},{tag},http,,{dice:016x},,",
            self.seen.strftime("%Y-%m-%d %H:%M:%S"),
            self.ip,
            self.port,
            dice >> 40,
            self.sinkhole,
            self.sinkhole_port,
            self.threat,
            self.threat,
        )
    }
}

fn pick<'a>(from: &[&'a str], dice: u64) -> &'a str {
    usize::try_from(dice % 0xff).ok().and_then(|d| from.get(d % from.len())).copied().unwrap_or("")
}

/// Throws a die that depends on nothing but the three numbers (the finaliser of `SplitMix64`).
pub(crate) fn dice(seed: u64, row: u64, throw: u64) -> u64 {
    let mut z = seed
        .wrapping_add(row.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(throw.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The `index`th of the 2²⁴ addresses of 10.0.0.0/8, in an order that looks random and repeats none.
pub(crate) fn private_v4(index: u64) -> IpAddr {
    let low = low32(index.wrapping_mul(0x5d_eece_66d1) & 0xff_ffff);
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 | low))
}

/// The `index`th of the 2²² addresses of 100.64.0.0/10, likewise.
pub(crate) fn shared_v4(index: u64) -> IpAddr {
    let low = low32(index.wrapping_mul(0x5d_eece_66d1) & 0x3f_ffff);
    IpAddr::V4(Ipv4Addr::from_bits(0x6440_0000 | low))
}

/// An address in the `index`th of 2³⁰ networks of 64 bits below `2001:db8::/34`, in an order that looks
/// random and repeats none.
pub(crate) fn documentation_v6(index: u64) -> IpAddr {
    let spread = index.wrapping_mul(0x9e37_79b1) & 0xffff_ffff;
    let network = 0x2001_0db8_0000_0000_u64 | (spread & 0x3fff_ffff);
    IpAddr::V6(Ipv6Addr::from_bits((u128::from(network) << 64) | 0x7))
}

fn low32(bits: u64) -> u32 {
    u32::try_from(bits & 0xffff_ffff).unwrap_or_default()
}

/// An instant within the `span` before `end`.
pub(crate) fn within(end: Timestamp, span: SignedDuration, dice: u64) -> Timestamp {
    let seconds = u64::try_from(span.as_secs().max(1)).unwrap_or(1);
    let back = i64::try_from(dice % seconds).unwrap_or_default();
    end.checked_sub(SignedDuration::from_secs(back)).unwrap_or(end)
}
